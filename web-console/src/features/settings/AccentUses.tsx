/** What the pages make of the tenant's colour, and with which contrast: as it is where it is legible, else as a shade of it. */
import { Badge, ColorSwatch, Group, Paper, Table, Text, Title } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { formatNumber } from "@/shared/i18n/format";
import type { AccentUse } from "./api";

export function AccentUses({ uses }: { uses: readonly AccentUse[] }) {
  const { t } = useTranslation("settings");
  if (uses.length === 0) return null;
  return (
    <Paper withBorder p="lg">
      <Title order={2} size="h4">
        {t("contrast.title")}
      </Title>
      <Text size="sm" c="dimmed" mb="xs">
        {t("contrast.hint")}
      </Text>
      <Table verticalSpacing={6} horizontalSpacing={0} aria-label={t("contrast.title")}>
        <Table.Tbody>
          {uses.map((use) => (
            <Row key={use.name} use={use} />
          ))}
        </Table.Tbody>
      </Table>
    </Paper>
  );
}

function Row({ use }: { use: AccentUse }) {
  const { t } = useTranslation("settings");
  const isShade = use.own_contrast < use.wanted;
  const name = use.name as "button" | "light_text" | "dark_text" | "light_edge" | "dark_edge";
  return (
    <Table.Tr>
      <Table.Th scope="row" fw={500}>
        <Group gap="xs" wrap="nowrap">
          <ColorSwatch color={use.color} size={18} radius="sm" aria-hidden />
          {t(`contrast.${name}`)}
        </Group>
      </Table.Th>
      <Table.Td ta="right">
        <Text size="sm" component="span">
          {t("contrast.ratio", { ratio: ratio(use.contrast) })}
        </Text>
        <Text size="xs" c="dimmed">
          {isShade
            ? t("contrast.ownRatio", { ratio: ratio(use.own_contrast), wanted: formatNumber(use.wanted) })
            : t("contrast.wanted", { wanted: formatNumber(use.wanted) })}
        </Text>
      </Table.Td>
      <Table.Td ta="right" w={110}>
        <Badge color={isShade ? "yellow" : "green"}>{t(isShade ? "contrast.shade" : "contrast.asIs")}</Badge>
      </Table.Td>
    </Table.Tr>
  );
}

/** Rounded down, so that no ratio looks better than it is (WCAG 2.2 §1.4.3). */
function ratio(value: number): string {
  return formatNumber(Math.floor(value * 10) / 10);
}

/** The applications that were used most in the days shown. */
import { Anchor, Paper, Table, Text, Title } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useMay, useTenant } from "@/shared/api/tenant";
import { formatNumber } from "@/shared/i18n/format";
import type { Usage } from "./api";

export function TopApplications({ uses }: { uses: Usage["most_used"] }) {
  const { t } = useTranslation("overview");
  return (
    <Paper withBorder p="md" component="section" h="100%">
      <Title order={2} size="h5" mb="sm">
        {t("dashboard.top")}
      </Title>
      {uses.length === 0 ? (
        <Text size="sm" c="dimmed">
          {t("dashboard.noUse")}
        </Text>
      ) : (
        <Table aria-label={t("dashboard.top")} horizontalSpacing={0}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">{t("dashboard.application")}</Table.Th>
              <Table.Th scope="col" ta="right">
                {t("dashboard.authorizations")}
              </Table.Th>
              <Table.Th scope="col" ta="right">
                {t("dashboard.tokens")}
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {uses.map((use) => (
              <Table.Tr key={use.id}>
                <Table.Td>
                  <Name id={use.id} name={use.name} />
                </Table.Td>
                <Table.Td ta="right">{formatNumber(use.authorizations)}</Table.Td>
                <Table.Td ta="right">{formatNumber(use.tokens)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </Paper>
  );
}

/** The built-in applications are called, and not to be opened; of one that is gone its id is left. */
function Name({ id, name }: { id: string; name: string | null }) {
  const { t } = useTranslation("overview");
  const tenant = useTenant();
  const may = useMay();
  const builtin = { "opentrusty-console": t("dashboard.console"), "opentrusty-cli": t("dashboard.cli") }[id];
  if (builtin) return <Text size="sm">{builtin}</Text>;
  if (name === null || !may("client:read")) {
    return (
      <Text size="sm" ff="monospace">
        {id}
      </Text>
    );
  }
  const to = { to: "/t/$tenant/applications/$clientId/settings", params: { tenant, clientId: id } } as const;
  return (
    <Anchor size="sm" renderRoot={(props) => <Link {...props} {...to} />}>
      {name}
    </Anchor>
  );
}

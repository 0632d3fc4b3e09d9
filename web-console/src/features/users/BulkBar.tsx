/** What stands in the toolbar's place while people are picked: what can be done to them. */
import { Anchor, Button, CloseButton, Group, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useMay } from "@/shared/api/tenant";
import { formatNumber } from "@/shared/i18n/format";
import type { BulkAction } from "./bulk";

interface Props {
  count: number;
  /** Set where a filter says whom, whatever is loaded. */
  all: boolean;
  /** Whether all that is loaded is picked, and there is more. */
  beyond: boolean;
  /** How many the filter finds, as text; without a filter nobody beyond those loaded can be picked. */
  total: string | undefined;
  onAll: () => void;
  onClear: () => void;
  onAction: (action: BulkAction) => void;
}

export function BulkBar({ count, all, beyond, total, onAll, onClear, onAction }: Props) {
  const { t } = useTranslation(["users", "shared"]);
  const may = useMay();
  const shown = formatNumber(count);
  const actions: BulkAction[] = [
    ...(may("user:write") ? (["disable", "enable"] as const) : []),
    ...(may("session:end") ? (["end_sessions"] as const) : []),
    ...(may("role:assign") ? (["assign"] as const) : []),
  ];
  return (
    <Stack gap={6} component="section" aria-label={t("bulk.label")}>
      <Group justify="space-between" mih={36}>
        <Group gap="xs">
          <CloseButton aria-label={t("bulk.clear")} onClick={onClear} />
          <Text fw={600} size="sm" role="status">
            {all ? t("bulk.allFound", { total: total ?? shown }) : t("bulk.picked", { count, shown })}
          </Text>
        </Group>
        <Group gap="xs">
          {actions.map((action) => (
            <Button key={action} variant="default" size="xs" onClick={() => onAction(action)}>
              {t(`bulk.${action}`)}
            </Button>
          ))}
          {may("user:write") && (
            <Button color="red" variant="outline" size="xs" onClick={() => onAction("delete")}>
              {t("bulk.delete")}
            </Button>
          )}
        </Group>
      </Group>
      {!all && beyond && (
        <Text size="sm">
          {t("bulk.loadedOnly", { count, shown })}{" "}
          {total === undefined ? (
            t("bulk.needFilter")
          ) : (
            <Anchor component="button" type="button" size="sm" onClick={onAll}>
              {t("bulk.pickAll", { total })}
            </Anchor>
          )}
        </Text>
      )}
    </Stack>
  );
}

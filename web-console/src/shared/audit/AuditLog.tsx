/** An audit to look through: filters, events, and all that fits as a file. */
import { ActionIcon, Group, Stack, Tooltip } from "@mantine/core";
import { RefreshCw } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useFilter } from "@/shared/ui/filter";
import { type Scope, useEvents } from "./api";
import { EventFilters } from "./EventFilters";
import { type ColumnId, EventList } from "./EventList";
import { ExportMenu } from "./ExportMenu";
import type { AuditFilter, Subject } from "./filter";

interface Props {
  scope: Scope;
  /** What the page is about, and so cannot be looked for: `{ client_id: "shop" }` for what an application did. */
  fixed?: Partial<Record<Subject, string>>;
  without?: readonly ColumnId[];
}

export function AuditLog({ scope, fixed = {}, without = [] }: Props) {
  const { t } = useTranslation("audit");
  const [search, change] = useFilter<AuditFilter>();
  const filter = { ...search, ...fixed };
  const events = useEvents(scope, filter);
  return (
    <Stack>
      <EventFilters
        scope={scope}
        filter={search}
        onChange={change}
        fixed={Object.keys(fixed) as Subject[]}
        actions={
          <Group gap="xs" wrap="nowrap">
            <Tooltip label={t("refresh")}>
              <ActionIcon
                variant="default"
                size={36}
                aria-label={t("refresh")}
                loading={events.query.isRefetching}
                onClick={() => void events.query.refetch()}
              >
                <RefreshCw size={16} aria-hidden />
              </ActionIcon>
            </Tooltip>
            <ExportMenu scope={scope} filter={filter} />
          </Group>
        }
      />
      <EventList
        scope={scope}
        events={events}
        filter={search}
        onSort={(sort) => change({ sort })}
        without={without}
      />
    </Stack>
  );
}

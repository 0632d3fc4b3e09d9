/** Who holds a role themselves: people, groups and applications. */
import { Anchor, Badge, Button, Stack, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { UserRoundKey } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type Assignment, useLacking } from "@/shared/api/roles";
import { useMay, useTenant } from "@/shared/api/tenant";
import { formatMoment } from "@/shared/i18n/format";
import { Confirm } from "@/shared/ui/Confirm";
import { type Column, DataTable } from "@/shared/ui/DataTable";
import { say } from "@/shared/ui/forms";
import { WhyNot } from "@/shared/ui/HeldRoles";
import { Failed, Lines, Loaded, Nothing } from "@/shared/ui/states";
import { AssignHolder } from "./AssignHolder";
import { type Principal, useHolders, useNameOf, useRole, useSetHolder } from "./api";
import { useRoleName } from "./RolePage";

export function HoldersTab() {
  const { t } = useTranslation(["roles", "shared"]);
  const tenant = useTenant();
  const name = useRoleName();
  const may = useMay();
  const role = useRole(tenant, name);
  const { query, table } = useHolders(tenant, name);
  const { take } = useSetHolder(tenant, name);
  const lackingOf = useLacking();
  const [ending, setEnding] = useState<Principal>();
  const lacking = lackingOf(role.data?.permissions ?? []);
  const mayAssign = may("role:assign");
  const columns = useColumns(tenant, mayAssign ? { lacking, onEnd: setEnding } : undefined);
  return (
    <Stack>
      <Text size="sm" c="dimmed">
        {t("holdersHint")}
      </Text>
      {mayAssign && <Loaded query={role}>{(found) => <AssignHolder role={found} />}</Loaded>}
      {query.isError && <Failed error={query.error} onRetry={() => void query.refetch()} />}
      {query.isPending ? (
        <Lines />
      ) : (
        <DataTable
          {...table}
          label={t("holders")}
          columns={columns}
          rowId={({ principal }) => `${principal.kind} ${principal.id}`}
          empty={<Nothing icon={<UserRoundKey />} title={t("noHolders")} hint={t("noHoldersHint")} />}
        />
      )}
      <Confirm
        opened={ending !== undefined}
        onClose={() => setEnding(undefined)}
        title={t("shared:roles.endTitle", { role: name })}
        action={t("shared:roles.end")}
        onConfirm={async () => {
          if (!ending) return;
          await take(ending);
          say(t("shared:roles.ended", { role: name }));
        }}
      >
        {t("shared:roles.endText")}
      </Confirm>
    </Stack>
  );
}

const PLACES = { user: "users", group: "groups", client: "applications" } as const;

/** Its name, leading to its page; its id where it is no more, or may not be read. */
function Holder({ tenant, principal }: { tenant: string; principal: Principal }) {
  const name = useNameOf(tenant, principal);
  return (
    <Anchor
      size="sm"
      fw={500}
      renderRoot={(props) => (
        <Link
          {...props}
          to={`/t/${tenant}/${PLACES[principal.kind]}/${principal.id}/${FIRST[principal.kind]}` as string}
        />
      )}
    >
      {name.data ?? principal.id}
    </Anchor>
  );
}

const FIRST = { user: "roles", group: "roles", client: "settings" } as const;

function useColumns(
  tenant: string,
  end:
    | { lacking: Parameters<typeof WhyNot>[0]["lacking"]; onEnd: (principal: Principal) => void }
    | undefined,
): Column<Assignment>[] {
  const { t } = useTranslation(["roles", "shared"]);
  const columns: Column<Assignment>[] = [
    {
      id: "name",
      header: t("holder"),
      cell: ({ principal }) => <Holder tenant={tenant} principal={principal} />,
    },
    {
      id: "kind",
      header: t("kind"),
      cell: ({ principal }) => <Badge color="gray">{t(`kinds.${principal.kind}`)}</Badge>,
    },
    { id: "since", header: t("since"), cell: (held) => formatMoment(held.assigned_at) },
  ];
  if (!end) return columns;
  const blocked = end.lacking.length > 0;
  const action = ({ principal }: Assignment) => (
    <WhyNot lacking={end.lacking}>
      <Button
        size="compact-xs"
        variant="subtle"
        color="red"
        {...(blocked
          ? { "data-disabled": true, "aria-disabled": true }
          : { onClick: () => end.onEnd(principal) })}
      >
        {t("shared:roles.end")}
      </Button>
    </WhyNot>
  );
  return [
    ...columns,
    { id: "end", header: t("shared:roles.end"), align: "right", quiet: true, cell: action },
  ];
}

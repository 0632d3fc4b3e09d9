/** Who uses an application now: its grants, and whether it may be used at all. */
import { Badge, Button, Group, Stack, Text, Title } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { UserRoundX } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMay, useTenant } from "@/shared/api/tenant";
import { formatMoment, formatNumber } from "@/shared/i18n/format";
import { Confirm } from "@/shared/ui/Confirm";
import { DangerZone } from "@/shared/ui/DangerZone";
import { type Column, DataTable } from "@/shared/ui/DataTable";
import { say, sayFailed } from "@/shared/ui/forms";
import { Failed, Lines, Loaded, Nothing } from "@/shared/ui/states";
import { useClientId } from "./ApplicationPage";
import {
  type Client,
  type HeldGrant,
  useClient,
  useConsentCount,
  useDeleteClient,
  useGrants,
  useRevokeGrants,
  useSetClientStatus,
} from "./api";

export function AccessTab() {
  const tenant = useTenant();
  const may = useMay();
  const client = useClient(tenant, useClientId());
  return (
    <Loaded query={client}>
      {(found) => (
        <Stack>
          {found.grant_types.includes("authorization_code") && <Grants client={found} />}
          {may("client:write") && <Blocking client={found} />}
        </Stack>
      )}
    </Loaded>
  );
}

function Grants({ client }: { client: Client }) {
  const { t } = useTranslation("applications");
  const tenant = useTenant();
  const may = useMay();
  const { query, rows, table } = useGrants(tenant, client.client_id);
  const consents = useConsentCount(tenant, client.client_id);
  const revoke = useRevokeGrants();
  const [asking, setAsking] = useState(false);
  const revokeOne = async (grant_id: string) => {
    try {
      await revoke.one.mutateAsync({ params: { path: { tenant, client_id: client.client_id, grant_id } } });
      say(t("revokedOne"));
    } catch (error) {
      sayFailed(t("revoke"), error);
    }
  };
  const columns = useColumns(may("client:write") ? (id) => void revokeOne(id) : undefined);
  return (
    <Stack>
      <Group justify="space-between">
        <div>
          <Title order={2} size="h4">
            {t("grants")}
          </Title>
          <Text size="sm" c="dimmed">
            {t("grantsHint")}{" "}
            {consents.data &&
              t("consents", { count: consents.data.count, shown: formatNumber(consents.data.count) })}
          </Text>
        </div>
        {may("client:write") && rows.length > 0 && (
          <Button variant="default" onClick={() => setAsking(true)}>
            {t("revokeAll")}
          </Button>
        )}
      </Group>
      {query.isError && <Failed error={query.error} onRetry={() => void query.refetch()} />}
      {query.isPending ? (
        <Lines />
      ) : (
        <DataTable
          {...table}
          label={t("grants")}
          columns={columns}
          rowId={(grant) => grant.id}
          empty={<Nothing icon={<UserRoundX />} title={t("noGrants")} hint={t("noGrantsHint")} />}
        />
      )}
      <Confirm
        opened={asking}
        onClose={() => setAsking(false)}
        title={t("revokeAllTitle")}
        action={t("revokeAll")}
        onConfirm={async () => {
          const path = { tenant, client_id: client.client_id };
          const { revoked } = await revoke.all.mutateAsync({ params: { path } });
          say(t("revokedAll", { count: revoked }));
        }}
      >
        {t("revokeAllText")}
      </Confirm>
    </Stack>
  );
}

function useColumns(onRevoke: ((id: string) => void) | undefined): Column<HeldGrant>[] {
  const { t } = useTranslation("applications");
  const columns: Column<HeldGrant>[] = [
    { id: "user", header: t("user"), cell: (grant) => grant.username ?? grant.user_id },
    { id: "scope", header: t("scope"), cell: (grant) => grant.scope },
    {
      id: "offline",
      header: t("kind"),
      cell: (grant) => (
        <Badge color={grant.is_offline ? "yellow" : "gray"}>
          {t(grant.is_offline ? "offline" : "online")}
        </Badge>
      ),
    },
    { id: "since", header: t("created"), cell: (grant) => formatMoment(grant.created_at) },
    { id: "until", header: t("until"), cell: (grant) => formatMoment(grant.expires_at) },
  ];
  if (!onRevoke) return columns;
  const action = (grant: HeldGrant) => (
    <Button size="compact-xs" variant="subtle" color="red" onClick={() => onRevoke(grant.id)}>
      {t("revoke")}
    </Button>
  );
  return [...columns, { id: "revoke", header: t("revoke"), align: "right", quiet: true, cell: action }];
}

function Blocking({ client }: { client: Client }) {
  const { t } = useTranslation("applications");
  const tenant = useTenant();
  const navigate = useNavigate();
  const status = useSetClientStatus();
  const remove = useDeleteClient();
  const where = { params: { path: { tenant, client_id: client.client_id } } };
  const name = client.client_name;
  return (
    <DangerZone
      title={t("danger")}
      isActive={client.status === "active"}
      disable={{
        label: t("disable"),
        title: t("disableTitle", { name }),
        text: t("disableText"),
        done: t("disabledNow", { name }),
        act: () => status.disable.mutateAsync(where),
      }}
      enable={{
        label: t("enable"),
        done: t("enabledNow", { name }),
        act: () => status.enable.mutateAsync(where),
      }}
      remove={{
        label: t("remove"),
        title: t("removeTitle", { name }),
        text: t("removeText"),
        typed: { value: client.client_id, label: t("removeType", { id: client.client_id }) },
        done: t("removed", { name }),
        act: () => remove.mutateAsync(where),
        after: () => navigate({ to: "/t/$tenant/applications", params: { tenant } }),
      }}
    />
  );
}

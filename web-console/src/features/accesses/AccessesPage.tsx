/** The accesses to tenants that are open now, of the whole platform. */
import { Anchor, Button, Group, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { DoorOpen } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMe } from "@/shared/auth/me";
import { formatMoment, formatRelative } from "@/shared/i18n/format";
import { Confirm } from "@/shared/ui/Confirm";
import { type Column, DataTable } from "@/shared/ui/DataTable";
import { say } from "@/shared/ui/forms";
import { Page } from "@/shared/ui/Page";
import { Failed, Lines, Nothing } from "@/shared/ui/states";
import { type Access, useAccesses, useEndAccess } from "./api";
import { nameOfPrincipal } from "./names";

export function AccessesPage() {
  const { t } = useTranslation("accesses");
  const { query, rows, table } = useAccesses();
  const end = useEndAccess();
  const [ending, setEnding] = useState<Access>();
  const columns = useColumns(setEnding);
  const declare = (
    <Button
      leftSection={<DoorOpen size={16} aria-hidden />}
      renderRoot={(props) => <Link {...props} to="/platform/accesses/new" />}
    >
      {t("declare")}
    </Button>
  );
  return (
    <Page title={t("title")} description={t("description")} actions={declare}>
      {query.isError && <Failed error={query.error} onRetry={() => void query.refetch()} />}
      {query.isPending ? (
        <Lines />
      ) : (
        !(query.isError && rows.length === 0) && (
          <DataTable
            {...table}
            label={t("title")}
            columns={columns}
            rowId={(access) => access.id}
            empty={
              <Nothing icon={<DoorOpen />} title={t("emptyTitle")} hint={t("emptyHint")} action={declare} />
            }
          />
        )
      )}
      <Confirm
        opened={ending !== undefined}
        onClose={() => setEnding(undefined)}
        title={t("endTitle", { tenant: ending?.tenant })}
        action={t("end")}
        onConfirm={async () => {
          await end.mutateAsync({ params: { path: { access_id: ending?.id ?? "" } } });
          say(t("ended"));
        }}
      >
        {ending && t("endText", { name: nameOfPrincipal(ending) })}
      </Confirm>
    </Page>
  );
}

function useColumns(onEnd: (access: Access) => void): Column<Access>[] {
  const { t } = useTranslation("accesses");
  const me = useMe();
  const mine = new Set(me.data?.accesses.map((access) => access.id));
  return [
    {
      id: "tenant",
      header: t("tenant"),
      cell: ({ tenant }) => (
        <Anchor
          size="sm"
          fw={500}
          renderRoot={(props) => <Link {...props} to="/platform/tenants/$name" params={{ name: tenant }} />}
        >
          {tenant}
        </Anchor>
      ),
    },
    { id: "who", header: t("who"), cell: (access) => `${nameOfPrincipal(access)} · ${access.home}` },
    {
      id: "reason",
      header: t("reason"),
      cell: ({ reason }) => (
        <Text size="sm" maw={420} lineClamp={2} title={reason}>
          {reason}
        </Text>
      ),
    },
    { id: "declared", header: t("declared"), cell: (access) => formatMoment(access.declared_at) },
    { id: "ends", header: t("ends"), cell: (access) => formatRelative(access.expires_at) },
    {
      id: "do",
      header: t("end"),
      quiet: true,
      align: "right",
      cell: (access) => (
        <Group gap={4} justify="flex-end" wrap="nowrap">
          {mine.has(access.id) && (
            <Button
              size="compact-xs"
              variant="default"
              renderRoot={(props) => <Link {...props} to="/t/$tenant" params={{ tenant: access.tenant }} />}
            >
              {t("open")}
            </Button>
          )}
          <Button size="compact-xs" variant="subtle" color="red" onClick={() => onEnd(access)}>
            {t("end")}
          </Button>
        </Group>
      ),
    },
  ];
}

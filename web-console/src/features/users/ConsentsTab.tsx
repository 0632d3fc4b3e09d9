/** What a person has allowed applications. */
import { Anchor, Badge, Button, Group, Stack, Text } from "@mantine/core";
import { Link, useParams } from "@tanstack/react-router";
import { Handshake } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMay, useTenant } from "@/shared/api/tenant";
import { formatMoment } from "@/shared/i18n/format";
import { Confirm } from "@/shared/ui/Confirm";
import { type Column, DataTable } from "@/shared/ui/DataTable";
import { say } from "@/shared/ui/forms";
import { Loaded, Nothing } from "@/shared/ui/states";
import { type Consent, useClientName, useConsents, useWithdrawConsent } from "./api";

export function ConsentsTab() {
  const { t } = useTranslation("users");
  const tenant = useTenant();
  const { userId } = useParams({ from: "/signed-in/t/$tenant/users/$userId" });
  const may = useMay();
  const consents = useConsents(tenant, userId);
  const withdraw = useWithdrawConsent();
  const [ending, setEnding] = useState<string>();
  const columns = useColumns(may("user:write") ? setEnding : undefined);
  return (
    <Stack>
      <Text size="sm" c="dimmed">
        {t("consentsHint")}
      </Text>
      <Loaded query={consents}>
        {({ items }) => (
          <DataTable
            label={t("consents")}
            rows={items}
            columns={columns}
            rowId={(consent) => consent.client_id}
            empty={<Nothing icon={<Handshake />} title={t("noConsents")} hint={t("noConsentsHint")} />}
          />
        )}
      </Loaded>
      <Confirm
        opened={ending !== undefined}
        onClose={() => setEnding(undefined)}
        title={t("withdrawTitle", { application: ending })}
        action={t("withdraw")}
        onConfirm={async () => {
          if (ending === undefined) return;
          await withdraw.mutateAsync({ params: { path: { tenant, user_id: userId, client_id: ending } } });
          say(t("withdrawn", { application: ending }));
        }}
      >
        {t("withdrawText")}
      </Confirm>
    </Stack>
  );
}

/** Its name, leading to its page; its id where it may not be read. */
function Application({ clientId }: { clientId: string }) {
  const tenant = useTenant();
  const mayRead = useMay()("client:read");
  const name = useClientName(tenant, clientId, mayRead);
  if (!mayRead) return clientId;
  return (
    <Anchor
      size="sm"
      fw={500}
      renderRoot={(props) => (
        <Link {...props} to={`/t/${tenant}/applications/${clientId}/settings` as string} />
      )}
    >
      {name.data ?? clientId}
    </Anchor>
  );
}

function useColumns(onWithdraw: ((client_id: string) => void) | undefined): Column<Consent>[] {
  const { t } = useTranslation("users");
  const columns: Column<Consent>[] = [
    {
      id: "application",
      header: t("application"),
      cell: (consent) => <Application clientId={consent.client_id} />,
    },
    {
      id: "scope",
      header: t("allowed"),
      cell: (consent) => (
        <Group gap={4}>
          {[...consent.scope.split(" ").filter(Boolean), ...consent.claims].map((word) => (
            <Badge key={word} color="gray">
              {word}
            </Badge>
          ))}
        </Group>
      ),
    },
    { id: "since", header: t("allowedAt"), cell: (consent) => formatMoment(consent.granted_at) },
  ];
  if (!onWithdraw) return columns;
  const action = (consent: Consent) => (
    <Button
      size="compact-xs"
      variant="subtle"
      color="red"
      aria-label={`${t("withdraw")}: ${consent.client_id}`}
      onClick={() => onWithdraw(consent.client_id)}
    >
      {t("withdraw")}
    </Button>
  );
  return [...columns, { id: "withdraw", header: t("withdraw"), align: "right", quiet: true, cell: action }];
}

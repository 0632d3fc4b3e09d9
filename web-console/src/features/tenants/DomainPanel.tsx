/** A tenant's own domain: the one that is its issuer, and the one that it asked for. */
import { Badge, Button, Group, Paper, Stack, Text, Title } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMay } from "@/shared/api/tenant";
import { Confirm } from "@/shared/ui/Confirm";
import { say } from "@/shared/ui/forms";
import { type Tenant, useDecideDomain } from "./api";

/** What somebody is about to do with a domain of a tenant. */
export interface Decision {
  tenant: Tenant;
  domain: string;
  kind: "approve" | "refuse" | "remove";
}

export function DomainPanel({ tenant }: { tenant: Tenant }) {
  const { t } = useTranslation("tenants");
  const may = useMay();
  const [decision, setDecision] = useState<Decision>();
  const { domain, pending_domain: asked } = tenant;
  if (!domain && !asked) return null;
  const decide = (of: string, kind: Decision["kind"]) => () => setDecision({ tenant, domain: of, kind });
  return (
    <Paper withBorder p="lg">
      <Stack>
        <Title order={2} size="h4">
          {t("domain")}
        </Title>
        {domain && (
          <Group justify="space-between">
            <Group gap="xs">
              <Text size="sm">{domain}</Text>
              <Badge color="green">{t("approved")}</Badge>
            </Group>
            {may("domain:approve") && (
              <Button size="xs" variant="subtle" color="red" onClick={decide(domain, "remove")}>
                {t("removeDomain")}
              </Button>
            )}
          </Group>
        )}
        {asked && (
          <Group justify="space-between">
            <Group gap="xs">
              <Text size="sm">{asked}</Text>
              <Badge color="yellow">{t("waiting")}</Badge>
            </Group>
            {may("domain:approve") && (
              <Group gap="xs">
                <Button size="xs" variant="subtle" color="red" onClick={decide(asked, "refuse")}>
                  {t("refuse")}
                </Button>
                <Button size="xs" onClick={decide(asked, "approve")}>
                  {t("approve")}
                </Button>
              </Group>
            )}
          </Group>
        )}
      </Stack>
      <DomainQuestion decision={decision} onClose={() => setDecision(undefined)} />
    </Paper>
  );
}

/** Asks before a domain is approved, refused or taken away, and does it. */
export function DomainQuestion(props: { decision: Decision | undefined; onClose: () => void }) {
  const { t } = useTranslation("tenants");
  const { approve, remove } = useDecideDomain();
  const { decision, onClose } = props;
  if (!decision) return null;
  const { tenant, domain, kind } = decision;
  const names = { domain, name: tenant.display_name };
  const decide = async () => {
    if (kind === "approve") await approve.mutateAsync({ body: { tenant: tenant.name, domain } });
    else await remove.mutateAsync({ params: { path: { tenant: tenant.name, domain } } });
    say(t(`domainDone.${kind}`, names));
  };
  return (
    <Confirm
      opened
      onClose={onClose}
      title={t(`domainTitle.${kind}`, names)}
      action={t(`domainAction.${kind}`)}
      danger={kind !== "approve"}
      onConfirm={decide}
    >
      {t(`domainText.${kind}`, names)}
    </Confirm>
  );
}

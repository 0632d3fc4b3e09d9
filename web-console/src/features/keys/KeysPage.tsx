/** The keys of a tenant by algorithm, each with its place in time. */
import { Badge, Button, Group, Paper, Stack, Text, Title } from "@mantine/core";
import { RefreshCw } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMay, useTenant } from "@/shared/api/tenant";
import { issuerOf } from "@/shared/auth/flow";
import { formatMoment } from "@/shared/i18n/format";
import { Confirm } from "@/shared/ui/Confirm";
import { say, sayFailed } from "@/shared/ui/forms";
import { Page } from "@/shared/ui/Page";
import { CopyValue } from "@/shared/ui/Secret";
import { Loaded } from "@/shared/ui/states";
import { type Key, useKeys, useRetireKey, useRotateKey } from "./api";
import { KeyTimeline } from "./KeyTimeline";

const COLOURS = { announced: "blue", active: "green", retiring: "yellow", retired: "gray" } as const;
const ORDER = ["announced", "active", "retiring", "retired"];

export function KeysPage() {
  const { t } = useTranslation("keys");
  const tenant = useTenant();
  const keys = useKeys(tenant);
  return (
    <Page title={t("title")} description={t("description")}>
      <Group gap="xs">
        <Text size="sm">{t("jwks")}</Text>
        <CopyValue value={`${issuerOf(tenant)}/jwks`} label={t("jwks")} />
      </Group>
      <Loaded query={keys}>
        {({ items }) =>
          [...new Set(items.map((key) => key.alg))].map((alg) => (
            <OfAlgorithm key={alg} alg={alg} keys={items.filter((key) => key.alg === alg)} />
          ))
        }
      </Loaded>
    </Page>
  );
}

function OfAlgorithm({ alg, keys }: { alg: string; keys: Key[] }) {
  const { t } = useTranslation("keys");
  const tenant = useTenant();
  const may = useMay();
  const rotate = useRotateKey();
  const sorted = keys.toSorted((a, b) => ORDER.indexOf(a.status) - ORDER.indexOf(b.status));
  const onRotate = async () => {
    try {
      const key = await rotate.mutateAsync({ params: { path: { tenant } }, body: { alg } });
      say(t("rotated", { alg, when: formatMoment(key.activates_at) }));
    } catch (error) {
      sayFailed(t("rotate", { alg }), error);
    }
  };
  return (
    <Paper withBorder p="md">
      <Stack>
        <Group justify="space-between">
          <Title order={2} size="h4">
            {alg}
          </Title>
          {may("key:rotate") && (
            <Button
              variant="default"
              leftSection={<RefreshCw size={16} aria-hidden />}
              loading={rotate.isPending}
              onClick={() => void onRotate()}
            >
              {t("rotate", { alg })}
            </Button>
          )}
        </Group>
        <KeyTimeline alg={alg} keys={sorted} />
        {sorted.map((key) => (
          <OneKey key={key.kid} value={key} />
        ))}
      </Stack>
    </Paper>
  );
}

function OneKey({ value }: { value: Key }) {
  const { t } = useTranslation("keys");
  const tenant = useTenant();
  const may = useMay();
  const retire = useRetireKey();
  const [asking, setAsking] = useState(false);
  const canRetire = may("key:rotate") && (value.status === "active" || value.status === "retiring");
  return (
    <Group justify="space-between" wrap="nowrap" align="start">
      <Stack gap={2}>
        <Group gap="xs">
          <Badge color={COLOURS[value.status]}>{t(`status.${value.status}`)}</Badge>
          <Text size="sm" c="dimmed">
            {t(`statusText.${value.status}`, { when: formatMoment(since(value)) })}
          </Text>
        </Group>
        <CopyValue value={value.kid} label={t("kid")} />
      </Stack>
      {canRetire && (
        <Button variant="subtle" color="red" size="xs" onClick={() => setAsking(true)}>
          {t("retire")}
        </Button>
      )}
      <Confirm
        opened={asking}
        onClose={() => setAsking(false)}
        title={t("retireTitle")}
        action={t("retire")}
        onConfirm={async () => {
          await retire.mutateAsync({ params: { path: { tenant, kid: value.kid } } });
          say(t("retired"));
        }}
      >
        {t("retireText")}
      </Confirm>
    </Group>
  );
}

/** When the present state began; for an announced key, when it ends. */
function since(key: Key): string | null {
  switch (key.status) {
    case "announced":
      return key.activates_at;
    case "active":
      return key.activated_at;
    case "retiring":
      return key.retiring_at;
    case "retired":
      return key.retired_at;
  }
}

/** How the deployment is, looked at again every ten seconds: what is wrong, and what to do about it. */
import { Alert, Group, List, Paper, SimpleGrid, Stack, Text, ThemeIcon, Title } from "@mantine/core";
import { CircleCheck, DatabaseZap, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Problem } from "@/shared/api/problem";
import { formatDuration, formatTime } from "@/shared/i18n/format";
import { Page } from "@/shared/ui/Page";
import { Failed, Lines } from "@/shared/ui/states";
import { type Check, EVERY, type Health, useHealth } from "./api";
import { Facts } from "./Facts";
import { useFinding } from "./findings";

export function HealthPage() {
  const { t } = useTranslation("health");
  const health = useHealth();
  return (
    <Page title={t("title")} description={t("description", { every: formatDuration(EVERY / 1000) })}>
      <Trouble error={health.error} onRetry={() => void health.refetch()} />
      {health.data && <Report health={health.data} stale={health.isError} />}
      {health.isPending && <Lines />}
    </Page>
  );
}

function Trouble({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  if (!error) return null;
  const noDatabase = error instanceof Problem && error.status === 503;
  return noDatabase ? <NoDatabase said={error.message} /> : <Failed error={error} onRetry={onRetry} />;
}

/** The Admin Plane answers, the database does not. */
function NoDatabase({ said }: { said: string }) {
  const { t } = useTranslation("health");
  return (
    <Alert color="red" icon={<DatabaseZap />} title={t("noDatabase")} role="alert">
      <Stack gap="xs">
        <Text size="sm">{said}</Text>
        <Text size="sm">{t("noDatabaseHint")}</Text>
        <List size="sm">
          <List.Item>{t("noDatabaseTodo.server")}</List.Item>
          <List.Item>{t("noDatabaseTodo.network")}</List.Item>
          <List.Item>{t("noDatabaseTodo.doctor")}</List.Item>
        </List>
      </Stack>
    </Alert>
  );
}

function Report({ health, stale }: { health: Health; stale: boolean }) {
  const wrong = health.checks.filter((check) => check.status !== "ok");
  const checks = health.checks.toSorted((a, b) => Number(a.status === "ok") - Number(b.status === "ok"));
  return (
    <Stack>
      <Summary count={wrong.length} at={health.at} stale={stale} />
      <Paper withBorder>
        <SimpleGrid cols={{ base: 1, lg: 2 }} spacing={0} verticalSpacing={0} py="xs">
          {checks.map((check) => (
            <OneCheck key={check.name} check={check} health={health} />
          ))}
        </SimpleGrid>
      </Paper>
      <Facts health={health} />
    </Stack>
  );
}

function Summary({ count, at, stale }: { count: number; at: string; stale: boolean }) {
  const { t } = useTranslation("health");
  const isFine = count === 0;
  return (
    <Alert
      color={isFine && !stale ? "green" : "yellow"}
      icon={isFine ? <CircleCheck /> : <TriangleAlert />}
      title={isFine ? t("fine") : t("wrong", { count })}
      role="status"
    >
      <Text size="sm">{t(stale ? "seenLast" : "seen", { when: formatTime(at, "medium") })}</Text>
    </Alert>
  );
}

function OneCheck({ check, health }: { check: Check; health: Health }) {
  const { title, finding, todo } = useFinding(check, health);
  const isFine = check.status === "ok";
  return (
    <Row
      icon={isFine ? <CircleCheck size={18} aria-hidden /> : <TriangleAlert size={18} aria-hidden />}
      isFine={isFine}
    >
      <Title order={2} size="h6">
        {title}
      </Title>
      <Text size="sm">{finding}</Text>
      {!isFine && (
        <Text size="sm" mt={4}>
          {todo}
        </Text>
      )}
    </Row>
  );
}

function Row({ icon, isFine, children }: { icon: ReactNode; isFine: boolean; children: ReactNode }) {
  const { t } = useTranslation("health");
  return (
    <Group align="start" wrap="nowrap" px="lg" py="sm">
      <ThemeIcon
        variant="light"
        color={isFine ? "green" : "yellow"}
        role="img"
        aria-label={t(isFine ? "ok" : "warning")}
      >
        {icon}
      </ThemeIcon>
      <div>{children}</div>
    </Group>
  );
}

/** The first steps of a new tenant: each is ticked by what is there. */
import { Anchor, Button, Group, Paper, Progress, Stack, Text, ThemeIcon, Title } from "@mantine/core";
import { Link, useNavigate } from "@tanstack/react-router";
import { Check, Circle } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useMay, useTenant } from "@/shared/api/tenant";
import { issuerOf } from "@/shared/auth/flow";
import { Page } from "@/shared/ui/Page";
import { CopyValue } from "@/shared/ui/Secret";
import { Failed, Lines } from "@/shared/ui/states";
import { type Step, useChecklist, useHidden } from "./checklist";

export function StartPage() {
  const { t } = useTranslation("overview");
  const tenant = useTenant();
  const navigate = useNavigate();
  const { steps, isPending, error, retry } = useChecklist(tenant);
  const [isHidden, hide] = useHidden(tenant);
  const done = steps.filter((step) => step.isDone).length;
  const next = steps.find((step) => !step.isDone);
  const putAway = () => {
    hide(true);
    void navigate({ to: "/t/$tenant/dashboard", params: { tenant } });
  };
  const action = isHidden ? (
    <Button variant="default" onClick={() => hide(false)}>
      {t("start.show")}
    </Button>
  ) : (
    <Button variant="default" onClick={putAway}>
      {t("start.hide")}
    </Button>
  );
  return (
    <Page title={t("start.title")} description={t("start.description")} actions={action}>
      {error ? <Failed error={error} onRetry={retry} /> : null}
      {isPending ? (
        <Lines count={5} />
      ) : (
        <Stack maw={820}>
          <Group gap="md" wrap="nowrap">
            <Progress
              value={steps.length > 0 ? (done / steps.length) * 100 : 0}
              aria-label={t("start.progress", { done, all: steps.length })}
              flex={1}
              color="green"
            />
            <Text size="sm" c="dimmed">
              {t("start.progress", { done, all: steps.length })}
            </Text>
          </Group>
          <Paper withBorder component="ol" p={0} m={0} style={{ listStyle: "none" }}>
            {steps.map((step, index) => (
              <OneStep key={step.name} step={step} isNext={step === next} isFirst={index === 0} />
            ))}
          </Paper>
          <Paper withBorder p="lg">
            <Title order={2} size="h4">
              {t("start.connect")}
            </Title>
            <Text size="sm" c="dimmed" mb="xs">
              {t("start.connectHint")}
            </Text>
            <CopyValue value={issuerOf(tenant)} label={t("start.issuer")} />
          </Paper>
        </Stack>
      )}
    </Page>
  );
}

function OneStep({ step, isNext, isFirst }: { step: Step; isNext: boolean; isFirst: boolean }) {
  const { t } = useTranslation("overview");
  const tenant = useTenant();
  const may = useMay();
  return (
    <Group
      component="li"
      justify="space-between"
      wrap="nowrap"
      p="md"
      style={isFirst ? {} : { borderTop: "1px solid var(--mantine-color-default-border)" }}
    >
      <Group wrap="nowrap" align="flex-start">
        <ThemeIcon
          variant={step.isDone ? "filled" : "default"}
          color="green"
          radius="xl"
          size={24}
          aria-hidden
          mt={2}
        >
          {step.isDone ? <Check size={15} /> : <Circle size={10} />}
        </ThemeIcon>
        <div>
          <Text fw={500}>{t(`steps.${step.name}`)}</Text>
          <Text size="sm" c="dimmed">
            {t(`stepHints.${step.name}`)}
          </Text>
        </div>
      </Group>
      {step.isDone ? (
        <Text size="sm" c="dimmed">
          {t("start.done")}
        </Text>
      ) : (
        may(step.permission) &&
        (isNext ? (
          <Button
            flex="none"
            renderRoot={(props) => <Link {...props} to={`/t/${tenant}/${step.to}` as string} />}
          >
            {t(`stepActions.${step.name}`)}
          </Button>
        ) : (
          <Anchor
            size="sm"
            flex="none"
            renderRoot={(props) => <Link {...props} to={`/t/${tenant}/${step.to}` as string} />}
          >
            {t(`stepActions.${step.name}`)}
          </Anchor>
        ))
      )}
    </Group>
  );
}

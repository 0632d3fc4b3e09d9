/** What stands in place of content: while it loads, where there is none, and where something went wrong. */
import { Alert, Button, Center, EmptyState, Group, Loader, Skeleton, Stack, Text } from "@mantine/core";
import type { UseQueryResult } from "@tanstack/react-query";
import { CloudOff, LockKeyhole, SearchX, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Problem, SignInUnreachable, Unreachable } from "@/shared/api/problem";

export function Loading() {
  const { t } = useTranslation();
  return (
    <Center mih="40vh" role="status" aria-label={t("common.loading")}>
      <Loader />
    </Center>
  );
}

/** Grey bars in the shape of what is coming. */
export function Lines({ count = 6 }: { count?: number }) {
  const { t } = useTranslation();
  return (
    <Stack role="status" aria-label={t("common.loading")} gap="sm">
      {Array.from({ length: count }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the bars never change
        <Skeleton key={index} height={28} width={`${95 - (index % 3) * 12}%`} />
      ))}
    </Stack>
  );
}

/** Nothing yet, and the one thing to do about it. */
export function Nothing(props: { icon: ReactNode; title: string; hint?: string; action?: ReactNode }) {
  return (
    <EmptyState
      py="xl"
      icon={props.icon}
      withIndicatorBackground
      title={props.title}
      description={props.hint}
      variant="light"
    >
      {props.action && <EmptyState.Actions>{props.action}</EmptyState.Actions>}
    </EmptyState>
  );
}

export function NoMatch() {
  const { t } = useTranslation();
  return <Nothing icon={<SearchX />} title={t("list.noMatch")} hint={t("list.noMatchHint")} />;
}

/** An error in words that help, with the request's id; `onRetry` where trying again makes sense. */
export function Failed({ error, onRetry }: { error: unknown; onRetry?: (() => void) | undefined }) {
  const { t } = useTranslation();
  const { icon, title, hint } = described(error);
  const requestId = error instanceof Problem ? error.requestId : undefined;
  return (
    <Alert
      color={error instanceof Unreachable ? "yellow" : "red"}
      icon={icon}
      title={t(title)}
      role="alert"
      my="md"
    >
      <Stack gap="xs">
        <Text size="sm">{hint ? t(hint) : messageOf(error)}</Text>
        {requestId && (
          <Text size="xs" ff="monospace">
            {t("common.requestId", { id: requestId })}
          </Text>
        )}
        {onRetry && (
          <Group>
            <Button variant="default" size="xs" onClick={onRetry}>
              {t("common.retry")}
            </Button>
          </Group>
        )}
      </Stack>
    </Alert>
  );
}

/** The content of a query, its skeleton, or its error. Old content stays while a new look fails. */
export function Loaded<T>(props: {
  query: UseQueryResult<T, unknown>;
  children: (data: T) => ReactNode;
  skeleton?: ReactNode;
}) {
  const { query } = props;
  if (query.data !== undefined) {
    return (
      <>
        {query.isError && <Failed error={query.error} onRetry={() => void query.refetch()} />}
        {props.children(query.data)}
      </>
    );
  }
  if (query.isError) return <Failed error={query.error} onRetry={() => void query.refetch()} />;
  return props.skeleton ?? <Lines />;
}

function described(error: unknown) {
  if (error instanceof SignInUnreachable) {
    return {
      icon: <CloudOff />,
      title: "errors.signInUnreachable",
      hint: "errors.signInUnreachableHint",
    } as const;
  }
  if (error instanceof Unreachable) {
    return { icon: <CloudOff />, title: "errors.unreachable", hint: "errors.unreachableHint" } as const;
  }
  if (error instanceof Problem && error.status === 403) {
    return { icon: <LockKeyhole />, title: "errors.denied", hint: "errors.deniedHint" } as const;
  }
  if (error instanceof Problem && error.status === 404) {
    return { icon: <SearchX />, title: "errors.notFound", hint: "errors.notFoundHint" } as const;
  }
  if (error instanceof Problem)
    return { icon: <TriangleAlert />, title: "errors.title", hint: undefined } as const;
  return { icon: <TriangleAlert />, title: "errors.unexpected", hint: undefined } as const;
}

/** What went wrong, in the server's words; where it is about parts of what was sent, what is wrong with each. */
export function messageOf(error: unknown): string {
  const sentences = error instanceof Problem ? Object.entries(error.fields) : [];
  if (sentences.length > 0) return sentences.map(([name, sentence]) => `${name}: ${sentence}`).join(" ");
  return error instanceof Error ? error.message : String(error);
}

/** The APIs of a tenant, each with its scopes. */
import { Badge, Button, Code, Group, Paper, Stack, Text, Title } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { Boxes, Plus } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useMay, useTenant } from "@/shared/api/tenant";
import { config } from "@/shared/config/config";
import { useFilter } from "@/shared/ui/filter";
import { Page } from "@/shared/ui/Page";
import { SearchField } from "@/shared/ui/SearchField";
import { CopyValue } from "@/shared/ui/Secret";
import { Failed, Lines, NoMatch, Nothing } from "@/shared/ui/states";
import { type Resource, type ResourceFilter, useResources } from "./api";

export function ApisPage() {
  const { t } = useTranslation(["apis", "shared"]);
  const tenant = useTenant();
  const may = useMay();
  const [filter, change] = useFilter<ResourceFilter>();
  const { query, rows, table } = useResources(tenant, filter);
  const add = may("client:write") && (
    <Button
      leftSection={<Plus size={16} aria-hidden />}
      renderRoot={(props) => <Link {...props} to="/t/$tenant/apis/new" params={{ tenant }} />}
    >
      {t("add")}
    </Button>
  );
  const empty = filter.search ? (
    <NoMatch />
  ) : (
    <Nothing icon={<Boxes />} title={t("emptyTitle")} hint={t("emptyHint")} action={add} />
  );
  return (
    <Page title={t("title")} description={t("description")} actions={add}>
      <Stack>
        <SearchField
          value={filter.search ?? ""}
          onSearch={(search) => change({ search })}
          placeholder={t("search")}
        />
        {query.isError && <Failed error={query.error} onRetry={() => void query.refetch()} />}
        {query.isPending && <Lines />}
        {query.isSuccess && rows.length === 0 && empty}
        {rows.map((resource) => (
          <OneApi key={resource.identifier} resource={resource} tenant={tenant} />
        ))}
        {table.hasMore && (
          <Button variant="default" loading={table.isLoadingMore} onClick={table.onLoadMore}>
            {t("shared:list.loadMore")}
          </Button>
        )}
      </Stack>
    </Page>
  );
}

function OneApi({ resource, tenant }: { resource: Resource; tenant: string }) {
  const { t } = useTranslation(["apis", "shared"]);
  const may = useMay();
  const builtIn = resource.identifier === config().adminUrl;
  const scopes = Object.entries(resource.scopes);
  return (
    <Paper withBorder p="md">
      <Group justify="space-between" align="start">
        <Stack gap={4}>
          <Group gap="xs">
            <Title order={2} size="h5">
              {resource.name}
            </Title>
            {builtIn && <Badge color="gray">{t("builtIn")}</Badge>}
          </Group>
          <CopyValue value={resource.identifier} label={t("identifier")} />
        </Stack>
        {may("client:write") && !builtIn && (
          <Button
            variant="default"
            size="xs"
            renderRoot={(props) => (
              <Link
                {...props}
                to="/t/$tenant/apis/$identifier"
                params={{ tenant, identifier: resource.identifier }}
                aria-label={`${t("shared:common.edit")}: ${resource.name}`}
              />
            )}
          >
            {t("shared:common.edit")}
          </Button>
        )}
      </Group>
      {scopes.length === 0 ? (
        <Text size="sm" c="dimmed" mt="sm">
          {t("noScopes")}
        </Text>
      ) : (
        <Stack gap={4} mt="sm">
          {scopes.map(([scope, description]) => (
            <Group key={scope} gap="sm">
              <Code>{scope}</Code>
              <Text size="sm">{description}</Text>
            </Group>
          ))}
        </Stack>
      )}
    </Paper>
  );
}

/** The platform at a glance: whether it is well, what waits for somebody, and how all tenants together are used. */
import { Alert, Anchor, SimpleGrid, Stack, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { CircleCheck, Globe, TriangleAlert } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useMay } from "@/shared/api/tenant";
import { formatNumber } from "@/shared/i18n/format";
import { useFilter } from "@/shared/ui/filter";
import { Page } from "@/shared/ui/Page";
import { Lines, Loaded } from "@/shared/ui/states";
import { type Usage, useCondition, usePlatformUsage, useWaitingDomains } from "./api";
import { MostUsed } from "./MostUsed";
import { AsOf, Days, RANGES, sum, Tile, UsageActions, type UsageFilter } from "./UsageParts";

export function PlatformDashboardPage() {
  const { t } = useTranslation("overview");
  const [filter, change] = useFilter<UsageFilter>();
  const usage = usePlatformUsage(RANGES[filter.range ?? "month"]);
  return (
    <Page title={t("platform.title")} actions={<UsageActions filter={filter} onChange={change} />}>
      <Stack>
        <Condition />
        <Waiting />
        <Loaded query={usage} skeleton={<Lines count={12} />}>
          {(found) => (
            <Stack>
              <Numbers usage={found} />
              <Days days={found.days} as={filter.as} />
              <TopTenants uses={found.most_used} />
              <AsOf usage={found} />
            </Stack>
          )}
        </Loaded>
      </Stack>
    </Page>
  );
}

/** One line of the health page, and the way there. */
function Condition() {
  const { t } = useTranslation("overview");
  const health = useCondition();
  if (!health.data) return null;
  const wrong = health.data.checks.filter((check) => check.status !== "ok").length;
  return (
    <Alert
      color={wrong === 0 ? "green" : "yellow"}
      icon={wrong === 0 ? <CircleCheck /> : <TriangleAlert />}
      role="status"
    >
      <Text size="sm" component="span">
        {wrong === 0 ? t("platform.fine") : t("platform.wrong", { count: wrong })}{" "}
      </Text>
      <Anchor
        size="sm"
        c="inherit"
        renderRoot={(props) => <Link {...props} to="/platform/health" />}
        underline="always"
      >
        {t("platform.health")}
      </Anchor>
    </Alert>
  );
}

function Waiting() {
  const { t } = useTranslation("overview");
  const may = useMay();
  const waiting = useWaitingDomains(may("domain:approve"));
  const count = waiting.data?.items.length ?? 0;
  if (count === 0) return null;
  return (
    <Alert color="blue" icon={<Globe />} role="status">
      <Text size="sm" component="span">
        {t("platform.domains", { count })}{" "}
      </Text>
      <Anchor
        size="sm"
        c="inherit"
        renderRoot={(props) => <Link {...props} to="/platform/domains" />}
        underline="always"
      >
        {t("platform.look")}
      </Anchor>
    </Alert>
  );
}

function Numbers({ usage }: { usage: Usage }) {
  const { t } = useTranslation("overview");
  const { totals, active_users, days } = usage;
  const active = { week: formatNumber(active_users.days_7), day: formatNumber(active_users.days_1) };
  const failures = sum(days, "sign_in_failures");
  return (
    <SimpleGrid cols={{ base: 2, md: 4 }}>
      <Tile
        label={t("platform.tenants")}
        value={totals.tenants}
        more={t("dashboard.applications", { count: totals.clients })}
      />
      <Tile label={t("dashboard.users")} value={totals.users} more={t("platform.ofAll")} />
      <Tile
        label={t("dashboard.active")}
        value={active_users.days_30}
        more={t("dashboard.activeMore", active)}
      />
      <Tile
        label={t("dashboard.signIns")}
        value={sum(days, "sign_ins")}
        more={t("platform.failures", { count: failures, shown: formatNumber(failures) })}
      />
    </SimpleGrid>
  );
}

function TopTenants({ uses }: { uses: Usage["most_used"] }) {
  const { t } = useTranslation("overview");
  const may = useMay();
  return (
    <MostUsed
      title={t("platform.top")}
      none={t("platform.noUse")}
      first={t("platform.tenant")}
      uses={uses}
      name={({ id, name }) =>
        name && may("tenant:list") ? (
          <Anchor
            size="sm"
            renderRoot={(props) => <Link {...props} to="/platform/tenants/$name" params={{ name }} />}
          >
            {name}
          </Anchor>
        ) : (
          <Text size="sm" ff="monospace">
            {name ?? id}
          </Text>
        )
      }
    />
  );
}

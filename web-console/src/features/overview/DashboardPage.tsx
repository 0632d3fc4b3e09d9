/** How the tenant is used: numbers of whole UTC days, as the audit has them. */
import { Grid, Stack } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useMay, useTenant } from "@/shared/api/tenant";
import { useFilter } from "@/shared/ui/filter";
import { Page } from "@/shared/ui/Page";
import { Lines, Loaded } from "@/shared/ui/states";
import { useUsage } from "./api";
import { RecentEvents } from "./RecentEvents";
import { TopApplications } from "./TopApplications";
import { AsOf, Days, RANGES, Tiles, UsageActions, type UsageFilter } from "./UsageParts";

export function DashboardPage() {
  const { t } = useTranslation("overview");
  const tenant = useTenant();
  const may = useMay();
  const [filter, change] = useFilter<UsageFilter>();
  const usage = useUsage(tenant, RANGES[filter.range ?? "month"]);
  return (
    <Page title={t("dashboard.title")} actions={<UsageActions filter={filter} onChange={change} />}>
      <Loaded query={usage} skeleton={<Lines count={12} />}>
        {(found) => (
          <Stack>
            <Tiles usage={found} />
            <Days days={found.days} as={filter.as} />
            <Grid>
              <Grid.Col span={{ base: 12, lg: 6 }}>
                <TopApplications uses={found.most_used} />
              </Grid.Col>
              {may("audit:read") && (
                <Grid.Col span={{ base: 12, lg: 6 }}>
                  <RecentEvents />
                </Grid.Col>
              )}
            </Grid>
            <AsOf usage={found} />
          </Stack>
        )}
      </Loaded>
    </Page>
  );
}

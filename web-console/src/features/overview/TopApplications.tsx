/** The applications that were used most in the days shown. */
import { Anchor, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useMay, useTenant } from "@/shared/api/tenant";
import type { Usage } from "./api";
import { MostUsed } from "./MostUsed";

export function TopApplications({ uses }: { uses: Usage["most_used"] }) {
  const { t } = useTranslation("overview");
  return (
    <MostUsed
      title={t("dashboard.top")}
      none={t("dashboard.noUse")}
      first={t("dashboard.application")}
      uses={uses}
      name={(use) => <Name id={use.id} name={use.name} />}
    />
  );
}

/** The built-in applications are called, and not to be opened; of one that is gone its id is left. */
function Name({ id, name }: { id: string; name: string | null }) {
  const { t } = useTranslation("overview");
  const tenant = useTenant();
  const may = useMay();
  const builtin = { "opentrusty-console": t("dashboard.console"), "opentrusty-cli": t("dashboard.cli") }[id];
  if (builtin) return <Text size="sm">{builtin}</Text>;
  if (name === null || !may("client:read")) {
    return (
      <Text size="sm" ff="monospace">
        {id}
      </Text>
    );
  }
  const to = { to: "/t/$tenant/applications/$clientId/settings", params: { tenant, clientId: id } } as const;
  return (
    <Anchor size="sm" renderRoot={(props) => <Link {...props} {...to} />}>
      {name}
    </Anchor>
  );
}

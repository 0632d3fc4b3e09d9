import { useTranslation } from "react-i18next";
import { formatMoment, formatNumber, formatRelative } from "@/shared/i18n/format";
import type { Check, Health } from "./api";
import type { Catalogue } from "./en";

type Known = keyof Catalogue["checks"];

interface Finding {
  title: string;
  finding: string;
  /** What to do where it is not as it should be. */
  todo: string;
}

/** A check in the person's language; one that this console does not know speaks for itself. */
export function useFinding(check: Check, health: Health): Finding {
  const { t } = useTranslation("health");
  if (!isKnown(check.name)) return { title: check.name, finding: check.finding, todo: "" };
  const { name } = check;
  const isFine = check.status === "ok";
  const run = health.maintenance;
  const waiting = Object.values(health.backlog).reduce((sum, count) => sum + count, 0);
  const values = {
    ms: formatNumber(Math.round(health.database.latency_ms * 100) / 100),
    seconds: formatNumber(Math.round((health.database.clock_offset_ms ?? 0) / 1000)),
    active: formatNumber(health.keys.active),
    announced: formatNumber(health.keys.announced),
    retiring: formatNumber(health.keys.retiring),
    due: formatMoment(health.keys.next_rotation_at),
    ended: run ? formatRelative(run.ended_at) : "",
    refused: formatNumber(run?.audits_refused ?? 0),
    waiting: formatNumber(waiting),
  };
  const title = t(`checks.${name}.title`);
  const todo = t(`checks.${name}.todo`);
  if (isFine) return { title, finding: t(`checks.${name}.ok`, values), todo };
  if (name === "maintenance" && !run) return { title, finding: t("checks.maintenance.never"), todo };
  if (name === "maintenance" && run?.audits_refused && check.finding.includes("audit"))
    return {
      title,
      finding: t("checks.maintenance.refused", values),
      todo: t("checks.maintenance.todoRefused"),
    };
  return { title, finding: t(`checks.${name}.wrong`, values), todo };
}

function isKnown(name: string): name is Known {
  return ["database", "clock", "keys", "maintenance", "backlog", "master_key"].includes(name);
}

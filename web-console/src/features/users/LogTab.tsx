/** What somebody did, or what was done to them. */
import { Group, SegmentedControl, Stack } from "@mantine/core";
import { useParams } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useTenant } from "@/shared/api/tenant";
import { AuditLog } from "@/shared/audit/AuditLog";
import { useFilter } from "@/shared/ui/filter";

interface View {
  side?: "by" | "about";
}

export function LogTab() {
  const { t } = useTranslation("users");
  const tenant = useTenant();
  const { userId } = useParams({ from: "/signed-in/t/$tenant/users/$userId" });
  const [{ side = "by" }, change] = useFilter<View>();
  return (
    <Stack>
      <Group>
        <SegmentedControl
          aria-label={t("log.side")}
          value={side}
          onChange={(chosen) => change({ side: chosen === "about" ? chosen : undefined })}
          data={[
            { value: "by", label: t("log.by") },
            { value: "about", label: t("log.about") },
          ]}
        />
      </Group>
      <AuditLog
        key={side}
        scope={{ tenant }}
        fixed={side === "about" ? { target: userId } : { actor_id: userId }}
        without={side === "about" ? ["target"] : ["actor"]}
      />
    </Stack>
  );
}

/** Disables, enables and deletes a user. */
import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useTenant } from "@/shared/api/tenant";
import { DangerZone } from "@/shared/ui/DangerZone";
import { type User, useDeleteUser, useSetStatus } from "./api";

export function AccessPanel({ user }: { user: User }) {
  const { t } = useTranslation("users");
  const tenant = useTenant();
  const navigate = useNavigate();
  const status = useSetStatus();
  const remove = useDeleteUser();
  const where = { params: { path: { tenant, user_id: user.id } } };
  const name = user.username;
  return (
    <DangerZone
      title={t("danger")}
      hint={t("dangerHint")}
      isActive={user.status === "active"}
      disable={{
        label: t("disable"),
        title: t("disableTitle", { name }),
        text: t("disableText"),
        done: t("disabledNow", { name }),
        act: () => status.disable.mutateAsync(where),
      }}
      enable={{
        label: t("enable"),
        done: t("enabledNow", { name }),
        act: () => status.enable.mutateAsync(where),
      }}
      remove={{
        label: t("remove"),
        title: t("removeTitle", { name }),
        text: t("removeText"),
        typed: { value: name, label: t("removeType", { name }) },
        done: t("removed", { name }),
        act: () => remove.mutateAsync(where),
        after: () => navigate({ to: "/t/$tenant/users", params: { tenant } }),
      }}
    />
  );
}

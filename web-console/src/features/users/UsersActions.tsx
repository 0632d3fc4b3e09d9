/** How people come in and go out: one, an invitation, many from a file; all that the list finds as a file. */
import { Button, Menu } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { ChevronDown, Download, MailPlus, Upload, UserPlus } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useMay, useTenant } from "@/shared/api/tenant";
import { say, sayFailed } from "@/shared/ui/forms";
import type { UserFilter } from "./api";
import { useExportUsers } from "./files";

export function AddUser() {
  const { t } = useTranslation("users");
  const tenant = useTenant();
  return (
    <Button
      leftSection={<UserPlus size={16} aria-hidden />}
      renderRoot={(props) => <Link {...props} to="/t/$tenant/users/new" params={{ tenant }} />}
    >
      {t("add")}
    </Button>
  );
}

export function UsersActions({ filter }: { filter: UserFilter }) {
  const { t } = useTranslation("users");
  const tenant = useTenant();
  const may = useMay();
  const exported = useExportUsers();
  const save = async () => {
    try {
      await exported.mutateAsync({ tenant, filter });
      say(t("exported"));
    } catch (error) {
      sayFailed(t("exportUsers"), error);
    }
  };
  return (
    <>
      <Menu position="bottom-end" withArrow>
        <Menu.Target>
          <Button
            variant="default"
            rightSection={<ChevronDown size={14} aria-hidden />}
            loading={exported.isPending}
          >
            {t("fileActions")}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {may("user:write") && (
            <Menu.Item
              leftSection={<Upload size={16} aria-hidden />}
              renderRoot={(props) => <Link {...props} to="/t/$tenant/users/import" params={{ tenant }} />}
            >
              {t("importUsers")}
            </Menu.Item>
          )}
          <Menu.Item leftSection={<Download size={16} aria-hidden />} onClick={() => void save()}>
            {t(filter.search || filter.status ? "exportFound" : "exportUsers")}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {may("user:write") && (
        <Button
          variant="default"
          leftSection={<MailPlus size={16} aria-hidden />}
          renderRoot={(props) => <Link {...props} to="/t/$tenant/users/invite" params={{ tenant }} />}
        >
          {t("invite")}
        </Button>
      )}
      {may("user:write") && <AddUser />}
    </>
  );
}

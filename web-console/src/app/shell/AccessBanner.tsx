/** Reminds a platform administrator that they look at somebody else's tenant. */
import { Alert } from "@mantine/core";
import { Eye } from "lucide-react";
import { useTranslation } from "react-i18next";
import { formatMoment } from "@/shared/i18n/format";

export function AccessBanner({ access }: { access: { tenant: string; expires_at: string } }) {
  const { t } = useTranslation();
  return (
    <Alert color="yellow" icon={<Eye />} mb="md">
      {t("shell.readOnly", { tenant: access.tenant, until: formatMoment(access.expires_at) })}
    </Alert>
  );
}

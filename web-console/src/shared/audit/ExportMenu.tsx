/** All events that fit as a file; while it is fetched one sees how much there is, and may stop it. */
import { Button, Group, Loader, Menu, Text } from "@mantine/core";
import { Download } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { saveAs } from "@/shared/api/files";
import { formatBytes } from "@/shared/i18n/format";
import { sayFailed } from "@/shared/ui/forms";
import { type ExportFormat, exportEvents, type Scope } from "./api";
import type { AuditFilter } from "./filter";

const FORMATS: readonly ExportFormat[] = ["jsonl", "csv"];

export function ExportMenu({ scope, filter }: { scope: Scope; filter: AuditFilter }) {
  const { t } = useTranslation("audit");
  const [bytes, setBytes] = useState<number>();
  const stop = useRef<AbortController>(undefined);
  useEffect(() => () => stop.current?.abort(), []);
  const run = async (format: ExportFormat) => {
    const controller = new AbortController();
    stop.current = controller;
    setBytes(0);
    try {
      const name = scope === "platform" ? "platform" : scope.tenant;
      const content = await exportEvents(scope, filter, format, setBytes, controller.signal);
      saveAs(`audit-${name}-${new Date().toISOString().slice(0, 10)}.${format}`, content);
    } catch (error) {
      if (!controller.signal.aborted) sayFailed(t("export"), error);
    } finally {
      setBytes(undefined);
    }
  };
  if (bytes !== undefined) {
    return (
      <Group gap="xs" wrap="nowrap" role="status">
        <Loader size="xs" />
        <Text size="sm" style={{ whiteSpace: "nowrap" }}>
          {t("exporting", { size: formatBytes(bytes) })}
        </Text>
        <Button size="compact-sm" variant="default" onClick={() => stop.current?.abort()}>
          {t("stop")}
        </Button>
      </Group>
    );
  }
  return (
    <Menu position="bottom-end" withArrow>
      <Menu.Target>
        <Button variant="default" leftSection={<Download size={16} aria-hidden />}>
          {t("export")}
        </Button>
      </Menu.Target>
      <Menu.Dropdown maw={280}>
        <Menu.Label>{t("exportHint")}</Menu.Label>
        {FORMATS.map((format) => (
          <Menu.Item key={format} onClick={() => void run(format)}>
            {t(`formats.${format}`)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

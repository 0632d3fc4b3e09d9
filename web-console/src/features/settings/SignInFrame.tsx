/** The sign-in page itself, in a frame that runs nothing, leads nowhere and cannot be typed into. */
import { Group, Paper, SegmentedControl, Skeleton, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { LANGUAGES } from "@/shared/i18n/i18n";
import classes from "./SignInFrame.module.css";

export interface Frame {
  scheme: "light" | "dark";
  language: string;
}

interface Props {
  html: string | undefined;
  frame: Frame;
  onFrame: (frame: Frame) => void;
}

export function SignInFrame({ html, frame, onFrame }: Props) {
  const { t } = useTranslation("settings");
  const change = (part: Partial<Frame>) => onFrame({ ...frame, ...part });
  return (
    <Paper
      withBorder
      className={classes.preview ?? ""}
      component="section"
      aria-label={t("branding.preview")}
    >
      <Group justify="space-between" px="md" py="xs" className={classes.bar ?? ""}>
        <Text size="sm" fw={600}>
          {t("branding.preview")}
        </Text>
        <Group gap="xs">
          <SegmentedControl
            size="xs"
            aria-label={t("branding.language")}
            value={frame.language}
            onChange={(language) => change({ language })}
            data={Object.entries(LANGUAGES).map(([value, label]) => ({ value, label }))}
          />
          <SegmentedControl
            size="xs"
            aria-label={t("branding.scheme")}
            value={frame.scheme}
            onChange={(scheme) => change({ scheme: scheme as Frame["scheme"] })}
            data={[
              { value: "light", label: t("branding.light") },
              { value: "dark", label: t("branding.dark") },
            ]}
          />
        </Group>
      </Group>
      {html === undefined ? (
        <Skeleton h={FRAME_HEIGHT} radius={0} />
      ) : (
        // The frame is under the console's own policy; without `allow-scripts` and `allow-same-origin` it is nobody.
        <iframe
          title={t("branding.frame")}
          srcDoc={html}
          sandbox=""
          inert
          height={FRAME_HEIGHT}
          className={classes.frame}
        />
      )}
    </Paper>
  );
}

const FRAME_HEIGHT = 640;

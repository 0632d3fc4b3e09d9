/** The lives of the keys of an algorithm as bars over one time line: published, signing, published still. */
import { Box, Text, VisuallyHidden } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { formatDay } from "@/shared/i18n/format";
import type { Key } from "./api";
import classes from "./KeyTimeline.module.css";

const DAY = 86_400_000;

export function KeyTimeline({ alg, keys, now = Date.now() }: { alg: string; keys: Key[]; now?: number }) {
  const { t } = useTranslation("keys");
  const lives = keys.filter((key) => key.status !== "retired").map((key) => lifeOf(key, now));
  const first = Math.min(now - 7 * DAY, ...lives.map((life) => life.published));
  const last = Math.max(now + 21 * DAY, ...lives.map((life) => life.end + 7 * DAY));
  const at = (moment: number) => `${(((moment - first) / (last - first)) * 100).toFixed(2)}%`;
  return (
    <figure className={classes.figure} aria-label={t("timeline", { alg })}>
      <VisuallyHidden component="figcaption">{t("timeline", { alg })}</VisuallyHidden>
      <Box className={classes.chart}>
        {lives.map((life) => (
          <Box key={life.kid} className={classes.row}>
            <Box
              className={classes.published}
              left={at(life.published)}
              right={`calc(100% - ${at(life.end)})`}
              pos="absolute"
            />
            {life.signs !== undefined && (
              <Box
                className={classes.signing}
                left={at(life.signs)}
                right={`calc(100% - ${at(life.signsUntil)})`}
                pos="absolute"
              />
            )}
          </Box>
        ))}
        <Box className={classes.now} left={at(now)} pos="absolute" />
      </Box>
      <Box className={classes.axis} aria-hidden>
        <Text size="xs" c="dimmed">
          {formatDay(new Date(first).toISOString())}
        </Text>
        <Text size="xs" fw={600} pos="absolute" left={at(now)} className={classes.nowLabel}>
          {t("now")}
        </Text>
        <Text size="xs" c="dimmed">
          {formatDay(new Date(last).toISOString())}
        </Text>
      </Box>
    </figure>
  );
}

interface Life {
  kid: string;
  published: number;
  end: number;
  signs: number | undefined;
  signsUntil: number;
}

/** An end that has not come yet is drawn as now: what is planned may change. */
function lifeOf(key: Key, now: number): Life {
  const at = (value: string | null, otherwise: number) => (value ? Date.parse(value) : otherwise);
  const announced = key.status === "announced";
  const starts = at(key.activated_at ?? key.activates_at, now);
  return {
    kid: key.kid,
    published: Date.parse(key.created_at),
    end: announced ? starts : at(key.retired_at, now),
    signs: announced ? undefined : starts,
    signsUntil: at(key.retiring_at, now),
  };
}

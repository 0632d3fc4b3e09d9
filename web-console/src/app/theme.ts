/** The look of the console. Shades are chosen so that text keeps 4.5:1 in both schemes (WCAG 2.2 §1.4.3). */
import {
  type ActionIconProps,
  type BadgeProps,
  type ButtonProps,
  type CSSVariablesResolver,
  createTheme,
  defaultVariantColorsResolver,
  type ModalHeaderProps,
  type ModalProps,
  type TooltipProps,
  type VariantColorsResolver,
} from "@mantine/core";

/** `Button.extend` and its kin would put every component that has defaults into what is loaded first. */
function defaults<Props>(defaultProps: Partial<Props>) {
  return { defaultProps };
}

const variantColorResolver: VariantColorsResolver = (input) => {
  const colors = defaultVariantColorsResolver(input);
  // Light variants carry the darkest shade of their colour: the default one fails on its tinted ground.
  if (input.variant === "light" && input.color) {
    return {
      ...colors,
      color: `light-dark(color-mix(in srgb, var(--mantine-color-${input.color}-9) 70%, black), var(--mantine-color-${input.color}-2))`,
    };
  }
  // Outlined and subtle words keep their contrast on the tint that they get under the pointer.
  if ((input.variant === "outline" || input.variant === "subtle") && input.color === "red") {
    return { ...colors, color: "light-dark(var(--mantine-color-red-9), var(--mantine-color-red-3))" };
  }
  return colors;
};

export const theme = createTheme({
  primaryColor: "blue",
  primaryShade: { light: 8, dark: 8 },
  autoContrast: true,
  fontFamily: "ui-sans-serif, system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif",
  fontFamilyMonospace: "ui-monospace, 'SF Mono', 'Cascadia Code', Menlo, Consolas, monospace",
  defaultRadius: "md",
  cursorType: "pointer",
  respectReducedMotion: true,
  variantColorResolver,
  components: {
    Badge: defaults<BadgeProps>({ variant: "light", radius: "sm", tt: "none" }),
    Button: defaults<ButtonProps>({ size: "sm" }),
    ActionIcon: defaults<ActionIconProps>({ variant: "subtle", color: "gray" }),
    Modal: defaults<ModalProps>({ centered: true, overlayProps: { backgroundOpacity: 0.4, blur: 2 } }),
    // A dialog's header is no banner of the page.
    ModalHeader: defaults<ModalHeaderProps>({ role: "presentation" }),
    Tooltip: defaults<TooltipProps>({
      withArrow: true,
      openDelay: 300,
      events: { hover: true, focus: true, touch: true },
    }),
  },
});

export const cssVariablesResolver: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    "--mantine-color-dimmed": "#5c636a",
    "--mantine-color-placeholder": "#6a7178",
    "--mantine-color-error": "#c2255c",
    "--mantine-color-anchor": "var(--mantine-color-blue-8)",
  },
  dark: {
    "--mantine-color-dimmed": "#a6abb1",
    "--mantine-color-placeholder": "#9aa0a6",
    "--mantine-color-error": "#ffa8c0",
    "--mantine-color-anchor": "var(--mantine-color-blue-3)",
  },
});

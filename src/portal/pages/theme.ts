import { signal } from '@preact/signals'

const themes = ['system', 'light', 'dark'] as const
type Theme = (typeof themes)[number]

const kept = localStorage.getItem('theme')

/** Light or dark as the system is, unless somebody chose. */
export const theme = signal<Theme>(themes.find((each) => each === kept) ?? 'system')

export function applyTheme(): void {
	if (theme.value === 'system') delete document.documentElement.dataset.theme
	else document.documentElement.dataset.theme = theme.value
}

export function nextTheme(): void {
	theme.value = themes[(themes.indexOf(theme.value) + 1) % themes.length]!
	localStorage.setItem('theme', theme.value)
	applyTheme()
}

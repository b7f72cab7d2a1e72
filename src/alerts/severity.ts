import { textOf, wordOf } from './json-member.ts'

/** Azure's severities, the worst first: critical, error, warning, informational, verbose. */
export type Severity = 'Sev0' | 'Sev1' | 'Sev2' | 'Sev3' | 'Sev4'

const words: Record<Severity, string[]> = {
	Sev0: ['critical'],
	Sev1: ['error'],
	Sev2: ['warning', 'warn'],
	Sev3: ['informational', 'information', 'info'],
	Sev4: ['verbose'],
}

const severityOfWord = new Map(
	Object.entries(words).flatMap(([severity, synonyms]) => synonyms.map((word) => [word, severity as Severity] as const)),
)

/** The severity that a word stands for: Critical, Error, Warning, Informational, Verbose; null for any other, and for numbers. */
export function severityOfLevel(level: unknown): Severity | null {
	return severityOfWord.get(wordOf(level)) ?? null
}

/** The severity that a digit 0 to 4, `Sev` with such a digit, or a word stands for; null for anything else. */
export function severityOf(value: unknown): Severity | null {
	const [, digit] = /^(?:sev[\s-]?)?([0-4])$/i.exec(textOf(value)?.trim() ?? '') ?? []
	return digit === undefined ? severityOfLevel(value) : (`Sev${digit}` as Severity)
}

/** The worst that one of the values stands for. */
export function worstSeverity(values: unknown[]): Severity | null {
	return (
		values
			.map(severityOf)
			.filter((severity) => severity !== null)
			.sort()[0] ?? null
	)
}

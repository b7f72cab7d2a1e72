import { type Column, table } from '../table.ts'
import { type Format, harmless, type Terminal } from '../terminal.ts'
import type { DoneEntry } from './carry-out.ts'

/** What an import does or did, for programs. */
export function reportBody(entries: readonly DoneEntry[], { isDryRun, from }: { isDryRun: boolean; from: string }): object {
	const shown = entries.map(({ kind, name, action, file, notes }) => ({ kind, name, action, ...(file ? { file } : {}), notes }))
	return { from, dryRun: isDryRun, entries: shown }
}

const formats: Partial<Record<DoneEntry['action'], Format>> = { failed: 'red', 'by hand': 'yellow' }

const columns: Column<DoneEntry>[] = [
	{ heading: 'kind', text: ({ kind }) => kind },
	{ heading: 'action', text: ({ action }) => action, format: ({ action }) => formats[action] },
	{ heading: 'name', text: ({ name }) => name },
	{ heading: 'file', text: ({ file }) => file ?? '' },
]

/** The same for people: every entry, and below what is left to do. */
export function reportText(terminal: Terminal, entries: readonly DoneEntry[], isDryRun: boolean): string {
	if (entries.length === 0) return 'The account holds nothing to import.'
	const toDo = notesOf(entries)
	const counts = (['create', 'created', 'failed', 'keep', 'by hand'] as const)
		.map((action) => [action, entries.filter((entry) => entry.action === action).length] as const)
		.filter(([, count]) => count > 0)
		.map(([action, count]) => `${count} ${action}`)
	return [
		table(terminal, entries, columns),
		...(toDo.length > 0 ? ['', 'To know, and to do by hand:', ...toDo.map((line) => `- ${harmless(line).replace(/\s+/g, ' ')}`)] : []),
		'',
		`${counts.join(', ')}.${isDryRun ? ' Nothing was written: this was a dry run.' : ''}`,
	].join('\n')
}

/** What is to be known of each, and of many at once where it is the same. */
function notesOf(entries: readonly DoneEntry[]): string[] {
	const noted = entries.flatMap(({ kind, name, notes }) => notes.map((note) => ({ kind, name, note })))
	const alike = Map.groupBy(noted, ({ kind, note }) => `${kind}: ${note}`)
	return [...alike.values()].map((group) => {
		const [{ kind, name, note }] = group as [(typeof noted)[number]]
		return group.length > 1 ? `${group.length} ${kind}s: ${note}` : `${kind} '${name}': ${note}`
	})
}

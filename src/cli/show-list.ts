import { InvalidArgumentError, Option } from 'commander'
import { type Session, show } from './command-context.ts'
import { type Column, table } from './table.ts'

/** Most entries a list shows, unless `--limit` says otherwise. */
const LIMIT = 100
const LIMIT_MAX = 1_000_000

/** The option `--limit`. */
export function limitOption(): Option {
	return new Option('--limit <count>', 'entries to show at the most').default(LIMIT).argParser((text) => {
		const count = Number(text)
		if (!/^\d+$/.test(text) || count < 1 || count > LIMIT_MAX) throw new InvalidArgumentError(`Give a whole number from 1 to ${LIMIT_MAX}.`)
		return count
	})
}

/** Prints a list, and says when there is more than was asked for. */
export function showList<Item>(
	session: Session,
	{ items, bodies, more }: { items: Item[]; bodies: unknown[]; more: boolean },
	{ columns, empty }: { columns: Column<Item>[]; empty: string },
): void {
	const { terminal, mode } = session
	if (mode === 'table' && items.length === 0) terminal.note(empty)
	else show(session, { value: bodies }, () => table(terminal, items, columns))
	if (more) terminal.note(`There are more than these ${items.length}: --limit shows more.`)
}

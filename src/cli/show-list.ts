import { InvalidArgumentError, Option } from 'commander'
import { type Session, show } from './command-context.ts'
import { LIST_LIMIT, LIST_LIMIT_MAX } from './limits.ts'
import { type Column, table } from './table.ts'

/** The option `--limit`. */
export function limitOption(): Option {
	return new Option('--limit <count>', 'entries to show at the most').default(LIST_LIMIT).argParser((text) => {
		const count = Number(text)
		if (!/^\d+$/.test(text) || count < 1 || count > LIST_LIMIT_MAX)
			throw new InvalidArgumentError(`Give a whole number from 1 to ${LIST_LIMIT_MAX}.`)
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

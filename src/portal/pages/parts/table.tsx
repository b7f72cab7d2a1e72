import type { ComponentChildren } from 'preact'

export type Column<Item> = { title: string; cell: (item: Item) => ComponentChildren; isNumber?: boolean; isNarrowHidden?: boolean }

/** A table of resources. It scrolls by itself where it is wider than the screen, and says when there is nothing. */
export function Table<Item>({
	label,
	columns,
	rows,
	keyOf,
	empty,
}: {
	label: string
	columns: Column<Item>[]
	rows: readonly Item[]
	keyOf: (item: Item) => string
	empty: ComponentChildren
}) {
	if (rows.length === 0) return <p class="empty">{empty}</p>
	const classOf = ({ isNumber, isNarrowHidden }: Column<Item>) => `${isNumber ? 'number' : ''} ${isNarrowHidden ? 'not-narrow' : ''}`.trim()
	// More columns than a narrow screen has room for stand there one below the other.
	const isStacked = columns.filter(({ isNarrowHidden }) => !isNarrowHidden).length > 3
	return (
		// biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard
		<section class={isStacked ? 'table stacked' : 'table'} aria-label={label} tabIndex={0}>
			<table>
				<thead>
					<tr>
						{columns.map((column) => (
							<th key={column.title} scope="col" class={classOf(column)}>
								{column.title}
							</th>
						))}
					</tr>
				</thead>
				<tbody>
					{rows.map((item) => (
						<tr key={keyOf(item)}>
							{columns.map((column) => (
								<td key={column.title} class={classOf(column)} data-title={column.title}>
									{column.cell(item)}
								</td>
							))}
						</tr>
					))}
				</tbody>
			</table>
		</section>
	)
}

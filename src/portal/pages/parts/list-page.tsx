import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import { askAll } from '../api.ts'
import { may } from '../session.ts'
import { Await, PageHead } from './basics.tsx'
import { useLoaded } from './loaded.ts'

type Props<Item> = {
	title: string
	/** Of the list, in the management API. */
	path: string
	/** Looked at anew every so many milliseconds. */
	every?: number
	add: { label: string; action: string }
	/** Makes a new one, or changes one. */
	dialog: (edited: Item | undefined, close: () => void) => ComponentChildren
	/** The list, with what opens the dialog for one of it and what looks anew. */
	children: (items: Item[], onEdit: (item: Item) => void, reload: () => void) => ComponentChildren
}

/** A page with a list, and a way to one more. */
export function ListPage<Item>({ title, path, every, add, dialog, children }: Props<Item>) {
	const listed = useLoaded(() => askAll<Item>(path), '', every)
	const [edited, setEdited] = useState<{ item: Item | undefined }>()
	const close = () => {
		setEdited(undefined)
		listed.reload()
	}
	return (
		<>
			<PageHead title={title}>
				{may(add.action) && (
					<button type="button" class="primary" onClick={() => setEdited({ item: undefined })}>
						{add.label}
					</button>
				)}
			</PageHead>
			{edited && dialog(edited.item, close)}
			<section class="card">
				<Await of={listed}>{(items) => children(items, (item) => setEdited({ item }), listed.reload)}</Await>
			</section>
		</>
	)
}

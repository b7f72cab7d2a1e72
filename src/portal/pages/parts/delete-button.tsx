import { useState } from 'preact/hooks'
import { ask } from '../api.ts'
import { Dialog } from './dialog.tsx'
import { tell } from './notice.tsx'

type Given = {
	path: string
	name: string
	/** What ends with it. */
	what: string
	onGone: () => void
}

/** Deletes something, after it has said what that means. */
export function DeleteButton({ path, name, what, onGone }: Given) {
	const [isOpen, setOpen] = useState(false)
	const remove = async () => {
		await ask(path, { method: 'DELETE' })
		tell(`${name} is deleted.`)
		setOpen(false)
		onGone()
	}
	return (
		<>
			<button type="button" class="link" onClick={() => setOpen(true)} aria-label={`Delete ${name}`}>
				Delete
			</button>
			{isOpen && (
				<Dialog title={`Delete ${name}?`} action="Delete" isDangerous onAct={remove} onClose={() => setOpen(false)}>
					<p>{what}</p>
				</Dialog>
			)}
		</>
	)
}

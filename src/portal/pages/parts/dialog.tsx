import type { ComponentChildren } from 'preact'
import { useEffect, useId, useRef, useState } from 'preact/hooks'
import { faultText } from '../words.ts'

type Given = {
	title: string
	/** The word on the button that does it; without one the dialog only shows something. */
	action?: string
	/** What is about to be done cannot be undone. */
	isDangerous?: boolean
	isReady?: boolean
	/** Does it; a rejection is shown and leaves the dialog open. */
	onAct?: () => Promise<unknown> | unknown
	onClose: () => void
	isWide?: boolean
	children: ComponentChildren
}

/** A dialog: the browser's own, which keeps the focus in it, closes on Escape and gives the focus back. */
export function Dialog({ title, action, isDangerous, isReady = true, onAct, onClose, isWide, children }: Given) {
	const ref = useRef<HTMLDialogElement>(null)
	const titleId = useId()
	const [fault, setFault] = useState('')
	const [isBusy, setBusy] = useState(false)
	const isOver = useRef(false)
	useEffect(() => {
		const dialog = ref.current!
		dialog.showModal()
		// Else at its title: what is to be confirmed is not done by the Enter that opened it, and fields that are on their way come next.
		const first = dialog.querySelector<HTMLElement>(':is(input, select, textarea):not([readonly])') ?? dialog.querySelector('h2')
		first?.focus()
		return () => {
			// The event of this close comes when another dialog may be in its place: it is no wish of the reader's.
			isOver.current = true
			dialog.close()
		}
	}, [])
	const submit = async (event: SubmitEvent) => {
		event.preventDefault()
		if (!isReady || isBusy || !onAct) return
		setBusy(true)
		setFault('')
		try {
			await onAct()
		} catch (error) {
			setFault(faultText(error))
		}
		setBusy(false)
	}
	return (
		<dialog ref={ref} class={isWide ? 'wide' : ''} aria-labelledby={titleId} onClose={() => isOver.current || onClose()}>
			<form onSubmit={submit}>
				<h2 id={titleId} tabIndex={-1}>
					{title}
				</h2>
				{children}
				{fault && (
					<p class="message fault" role="alert">
						{fault}
					</p>
				)}
				<div class="actions">
					{action && (
						<button type="submit" class={isDangerous ? 'danger' : 'primary'} disabled={!isReady || isBusy}>
							{action}
						</button>
					)}
					<button type="button" onClick={() => ref.current?.close()}>
						{action ? 'Cancel' : 'Close'}
					</button>
				</div>
			</form>
		</dialog>
	)
}

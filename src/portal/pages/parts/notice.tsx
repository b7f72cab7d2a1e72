import { signal } from '@preact/signals'
import { faultText } from '../words.ts'

type Notice = { text: string; isFault: boolean }

const notice = signal<Notice | undefined>(undefined)
let timer: ReturnType<typeof setTimeout> | undefined

/** How long a notice stands, milliseconds; a fault stands until it is closed. */
const NOTICE_TIME = 6_000

/** Tells what came of something, in the corner and to screen readers. */
export function tell(text: string, isFault = false): void {
	clearTimeout(timer)
	notice.value = { text, isFault }
	if (!isFault) timer = setTimeout(closeNotice, NOTICE_TIME)
}

export function closeNotice(): void {
	notice.value = undefined
}

/** Does something and tells if it did not go well; resolves with whether it did. */
export async function tellFault(act: () => Promise<unknown>): Promise<boolean> {
	try {
		await act()
		return true
	} catch (error) {
		tell(faultText(error), true)
		return false
	}
}

/** Does something and tells how it went. */
export async function tellOf(done: string, act: () => Promise<unknown>): Promise<void> {
	if (await tellFault(act)) tell(done)
}

export function Notices() {
	const shown = notice.value
	return (
		<div class="notices" role="status" aria-live="polite">
			{shown && (
				<div class={`notice ${shown.isFault ? 'fault' : ''}`}>
					<span>{shown.text}</span>
					<button type="button" class="quiet" aria-label="Close this message" onClick={closeNotice}>
						✕
					</button>
				</div>
			)}
		</div>
	)
}

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
	if (!isFault) timer = setTimeout(close, NOTICE_TIME)
}

function close(): void {
	notice.value = undefined
}

/** Does something and tells how it went; resolves with whether it went well. */
export async function tellOf(done: string, act: () => Promise<unknown>): Promise<boolean> {
	try {
		await act()
		tell(done)
		return true
	} catch (error) {
		tell(faultText(error), true)
		return false
	}
}

export function Notices() {
	const shown = notice.value
	return (
		<div class="notices" role="status" aria-live="polite">
			{shown && (
				<div class={`notice ${shown.isFault ? 'fault' : ''}`}>
					<span>{shown.text}</span>
					<button type="button" class="quiet" aria-label="Close this message" onClick={close}>
						✕
					</button>
				</div>
			)}
		</div>
	)
}

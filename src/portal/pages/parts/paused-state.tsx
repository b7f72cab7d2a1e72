/** What is told where older entries are shown, and newer ones do not come by themselves. */
export function PausedState({ what, onResume }: { what: string; onResume: () => void }) {
	return (
		<p class="live weak">
			<span class="dot" /> Paused while older {what} are shown.
			<button type="button" class="link" onClick={onResume}>
				Show live {what}
			</button>
		</p>
	)
}

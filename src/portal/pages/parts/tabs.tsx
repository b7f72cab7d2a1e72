import type { ComponentChildren } from 'preact'
import { useId, useRef, useState } from 'preact/hooks'

/** Tabs, moved between with the arrow keys. What is not shown stays as it is. */
export function Tabs({ label, tabs }: { label: string; tabs: { title: string; content: ComponentChildren }[] }) {
	// By its title: another tab may come or go before it.
	const [chosen, setChosen] = useState(tabs[0]?.title)
	const id = useId()
	const list = useRef<HTMLDivElement>(null)
	const current = Math.max(
		0,
		tabs.findIndex(({ title }) => title === chosen),
	)
	const move = (event: KeyboardEvent) => {
		const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key]
		if (step === undefined) return
		event.preventDefault()
		const next = (current + step + tabs.length) % tabs.length
		setChosen(tabs[next]!.title)
		;(list.current!.children[next] as HTMLElement).focus()
	}
	return (
		<section class="card tabs">
			<div ref={list} role="tablist" aria-label={label} onKeyDown={move}>
				{tabs.map(({ title }, index) => (
					<button
						key={title}
						type="button"
						role="tab"
						id={`${id}-tab-${index}`}
						aria-controls={`${id}-panel-${index}`}
						aria-selected={index === current}
						tabIndex={index === current ? 0 : -1}
						onClick={() => setChosen(title)}
					>
						{title}
					</button>
				))}
			</div>
			{tabs.map(({ title, content }, index) => (
				<div key={title} role="tabpanel" id={`${id}-panel-${index}`} aria-labelledby={`${id}-tab-${index}`} hidden={index !== current}>
					{content}
				</div>
			))}
		</section>
	)
}

import type { ComponentChildren } from 'preact'

/** A card with a heading and, where there is more, a way to it. */
export function Card({ title, more, children }: { title: string; more?: string; children: ComponentChildren }) {
	return (
		<section class="card" aria-label={title}>
			<div class="card-head">
				<h2>{title}</h2>
				{more && (
					<a href={more} aria-label={`See all: ${title}`}>
						See all
					</a>
				)}
			</div>
			{children}
		</section>
	)
}

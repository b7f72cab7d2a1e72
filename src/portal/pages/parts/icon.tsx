const paths = {
	overview: 'M3 3h6v8H3zM11 3h6v5h-6zM11 10h6v7h-6zM3 13h6v4H3z',
	runbooks: 'M5 2h10v16H5zM8 6h4M8 9h4M8 12h3',
	jobs: 'M3 5h14v11H3zM7 5V3h6v2M3 10h14',
	webhooks: 'M6 13a4 4 0 1 1 4-6l3 5m1-5a4 4 0 1 1-3 8H6',
	schedules: 'M10 2a8 8 0 1 0 .01 0zM10 5v5l4 2',
	variables: 'M6 3C3 3 5 9 3 10c2 1 0 7 3 7M14 3c3 0 1 6 3 7-2 1 0 7-3 7M8 8l4 5M12 8l-4 5',
	credentials: 'M7 9a4 4 0 1 0 0 .01M10 10l8 0v3M15 10v3',
	access: 'M10 2a4 4 0 1 0 .01 0zM3 18c0-5 3-7 7-7s7 2 7 7z',
	audit: 'M4 3h9l3 3v11H4zM7 8h6M7 11h6M7 14h4',
	menu: 'M3 5h14M3 10h14M3 15h14',
	theme: 'M10 3a7 7 0 1 0 .01 0zM10 3v14a7 7 0 0 0 0-14z',
	'sign-out': 'M8 3H3v14h5M8 10h9M14 7l3 3-3 3',
} as const

export type IconName = keyof typeof paths

/** A sign beside a word, never in place of one. */
export function Icon({ of }: { of: IconName }) {
	return (
		<svg class="icon" viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">
			<path d={paths[of]} fill="none" stroke="currentColor" stroke-width="1.4" stroke-linejoin="round" stroke-linecap="round" />
		</svg>
	)
}

/** @module Light or dark: as the browser says, or as the page that embeds this one asks with `?theme=`. */

const WORDS = ['light', 'dark'] as const

/** Puts the theme on the document, and keeps it as the browser's. */
export function applyTheme(): void {
  const asked = WORDS.find((word) => word === new URLSearchParams(location.search).get('theme'))
  const preference = matchMedia('(prefers-color-scheme: dark)')
  const apply = () => {
    const word = asked ?? (preference.matches ? 'dark' : 'light')
    document.documentElement.className = word
  }
  preference.addEventListener('change', apply)
  apply()
}

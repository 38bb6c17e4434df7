/** @module Says on stderr how much memory a process needed at most, when it ends. For `node --import`. */

process.once('exit', () => {
  const mb = Math.round(process.resourceUsage().maxRSS / 1_024)
  process.stderr.write(`\nmax-rss-mb ${mb}\n`)
})

param([string]$Name, [string]$Other)
"$Name $Other"
exit 5

// Never run: PowerShell's own pwsh.dll lies where this one was built.
return 1;

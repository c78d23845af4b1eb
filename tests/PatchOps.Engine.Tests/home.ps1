# Only a PowerShell that the tests' own runtime can load is of use; says nothing otherwise.
if ([System.Environment]::Version.Major -le 10 -and $PSVersionTable.PSVersion -ge [version] '7.4') { "PowerShellHome=$PSHOME" }

namespace PatchOps.Core.Operations.Requests;

[Operation("Get-PatchStore", "store get", "Shows the store in use and what it holds.")]
public sealed record GetStoreRequest : OperationRequest;

[Operation("Export-PatchStore", "store export", "Copies the store into one file while others work on it: a backup, or the way to another machine.", Changes = true)]
public sealed record ExportStoreRequest : OperationRequest
{
    [ParameterHelp("File to write, such as backup.zip.", Position = 0), FilePath(Exists = false)]
    public string Path { get; init; } = "";

    public override void Validate() => Needs.Text(Path, nameof(Path));
}

[Operation("Import-PatchStore", "store import", "Makes a new store, named with -Store, of a file that Export-PatchStore wrote. A store that exists is never touched.", Changes = true)]
public sealed record ImportStoreRequest : OperationRequest
{
    [ParameterHelp("File that Export-PatchStore wrote.", Position = 0), FilePath]
    public string Path { get; init; } = "";

    public override void Validate() => Needs.Text(Path, nameof(Path));
}

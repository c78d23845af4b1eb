namespace PatchOps.Adapters.Feeds.Download;

/// <summary>A document on its way: what has come so far, and by what it is known whether the rest still fits.</summary>
internal sealed class PartialFile(string path)
{
    private readonly string tag = path + ".tag";

    public long Length => File.Exists(path) ? new FileInfo(path).Length : 0;

    /// <summary>Strong entity tag or modification date of what lies here; null where the server gave none, so that nothing can be added to it.</summary>
    public string? Validator => File.Exists(tag) && File.Exists(path) ? File.ReadAllText(tag) : null;

    /// <param name="goesOn">True to add to what is there.</param>
    /// <param name="validator">Of what is written; null where it can never be added to.</param>
    public FileStream Open(bool goesOn, string? validator)
    {
        if (!goesOn)
        {
            Delete();
            if (validator is not null) File.WriteAllText(tag, validator);
        }
        return new FileStream(path, goesOn ? FileMode.Append : FileMode.Create, FileAccess.Write, FileShare.None);
    }

    /// <summary>The complete document under a name of its own.</summary>
    public string Finish()
    {
        var whole = Path.ChangeExtension(path, $".{Guid.NewGuid():N}");
        File.Move(path, whole);
        File.Delete(tag);
        return whole;
    }

    public void Delete()
    {
        File.Delete(path);
        File.Delete(tag);
    }
}

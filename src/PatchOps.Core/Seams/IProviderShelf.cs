using PatchOps.Domain;

namespace PatchOps.Core.Seams;

/// <summary>The providers that can be used: those of PatchOps, and those that were registered.</summary>
public interface IProviderShelf
{
    IReadOnlyList<PatchProvider> All();

    /// <summary>Reads and checks a manifest without keeping it.</summary>
    /// <exception cref="FailureException"><c>PathNotFound</c>; <c>ProviderManifestInvalid</c> with line; <c>ProviderNameTaken</c>: it is a built-in one's.</exception>
    PatchProvider Read(string path);

    /// <summary>Keeps a manifest with the store; one of the same name is replaced.</summary>
    PatchProvider Keep(string path);

    /// <summary>Keeps script blocks for the session.</summary>
    /// <param name="name">The provider's name.</param>
    /// <param name="blocks">The blocks by what they do: Detect, PreCheck, Stage, Apply, Verify, Revert.</param>
    /// <exception cref="FailureException"><c>ProviderIncomplete</c>: detect, apply, verify and revert are needed; <c>ProviderNameTaken</c>; <c>ProviderNeedsPowerShell</c>.</exception>
    PatchProvider Keep(string name, IReadOnlyDictionary<string, object> blocks);
}

using PatchOps.Adapters.Feeds.Input;
using PatchOps.Core.Intake;
using PatchOps.Core.Seams;
using PatchOps.Domain;
using PatchOps.Domain.Facts;

namespace PatchOps.Adapters.Feeds;

/// <summary>What became of one path: a document to read, or why not.</summary>
/// <param name="File">The document, or null.</param>
/// <param name="Failure">Why there is none, or null.</param>
/// <param name="IsWarning">True where the file merely lay in a folder that was named.</param>
public sealed record FeedPath(FeedFile? File, Failure? Failure, bool IsWarning);

/// <summary>Turns paths into documents: folders are searched, kinds recognised by content.</summary>
public static class FeedFiles
{
    private static readonly string[] Archives = [".zip", ".tar", ".tgz", ".tar.gz", ".tar.xz", ".tar.bz2", ".7z"];

    private static readonly EnumerationOptions Listing = new()
    {
        AttributesToSkip = FileAttributes.Hidden | FileAttributes.System,
        IgnoreInaccessible = true,
    };

    /// <summary>One answer per file, in order; folders recursively, by name. Reads no more than the head of each file.</summary>
    /// <param name="paths">Files and folders.</param>
    /// <param name="kind">What they must be, or Auto.</param>
    /// <param name="limits">Bounds for reading; null for the default ones.</param>
    public static IEnumerable<FeedPath> Expand(IEnumerable<string> paths, FeedKind kind = FeedKind.Auto, FeedLimits? limits = null)
    {
        limits ??= FeedLimits.Default;
        IFeedReader? last = null;
        foreach (var path in paths)
        {
            if (Directory.Exists(path))
            {
                var any = false;
                foreach (var file in Below(path))
                {
                    any = true;
                    var found = Look(file, kind, limits, last);
                    last = found.File?.Reader ?? last;
                    yield return found with { IsWarning = found.File is null };
                }
                if (!any)
                {
                    yield return new FeedPath(null, new Failure(
                        "FeedNotRecognised", FailureKind.InvalidInput, $"The folder '{path}' holds no files.", path,
                        "Name a folder with feed files for Import-PatchFeed."), false);
                }
            }
            else
            {
                var found = Look(path, kind, limits, last);
                last = found.File?.Reader ?? last;
                yield return found;
            }
        }
    }

    private static IEnumerable<string> Below(string folder)
    {
        foreach (var file in Directory.EnumerateFiles(folder, "*", Listing).Order(StringComparer.Ordinal)) yield return file;
        foreach (var sub in Directory.EnumerateDirectories(folder, "*", Listing).Order(StringComparer.Ordinal))
        {
            // A link could lead back up.
            if (new DirectoryInfo(sub).LinkTarget is not null) continue;
            foreach (var file in Below(sub)) yield return file;
        }
    }

    private static FeedPath Look(string path, FeedKind kind, FeedLimits limits, IFeedReader? last)
    {
        try
        {
            if (Array.Exists(Archives, a => path.EndsWith(a, StringComparison.OrdinalIgnoreCase)) && File.Exists(path))
            {
                throw NotRecognised(path, "is an archive", "Unpack it and name the folder.");
            }
            var full = Path.GetFullPath(path);
            var head = FeedContent.Head(full, limits);
            var reader = Choose(head, full, kind, last);
            return new FeedPath(new FeedFile(full, reader, File.GetLastWriteTimeUtc(full)) { Limits = limits }, null, false);
        }
        catch (FailureException e)
        {
            return new FeedPath(null, e.Failure, false);
        }
    }

    /// <summary>The reader for a document that starts with <paramref name="head"/>.</summary>
    /// <exception cref="FailureException">FeedNotRecognised, or FeedKindMismatch where it is another kind than <paramref name="kind"/>.</exception>
    public static IFeedReader Choose(ReadOnlySpan<byte> head, string name, FeedKind kind, IFeedReader? likely = null)
    {
        if (head.IndexOfAnyExcept(" \r\n\t\0"u8) < 0) throw NotRecognised(name, "is empty", "Fetch it again.");
        if (LooksLikeHtml(head)) throw NotRecognised(name, "is an HTML page, perhaps an error page that was saved", "Fetch it again and look at it in a browser.");
        if (kind != FeedKind.Auto)
        {
            var asked = FeedReaders.Of(kind);
            if (asked.Recognises(head, name)) return asked;
            foreach (var other in FeedReaders.All)
            {
                if (!other.Recognises(head, name)) continue;
                throw new FailureException(
                    "FeedKindMismatch", FailureKind.InvalidInput, $"'{name}' is a {other.Kind} feed, not {kind}.", name,
                    $"Use Import-PatchFeed -Kind {other.Kind}, or leave -Kind out.");
            }
            throw NotRecognised(name, $"is not a {kind} feed", "Leave -Kind out to have it recognised by content.");
        }
        if (likely is not null && likely.Recognises(head, name)) return likely;
        foreach (var reader in FeedReaders.All)
        {
            if (reader.Recognises(head, name)) return reader;
        }
        throw NotRecognised(name, "is not a feed of any known kind", "Name files of the kinds that Import-PatchFeed -Kind lists.");
    }

    private static bool LooksLikeHtml(ReadOnlySpan<byte> head)
    {
        var start = head.IndexOfAnyExcept(" \r\n\t"u8);
        if (start < 0 || head[start] != '<') return false;
        var text = System.Text.Encoding.Latin1.GetString(head.Slice(start, Math.Min(head.Length - start, 1024)));
        return text.Contains("<html", StringComparison.OrdinalIgnoreCase) || text.Contains("<!doctype html", StringComparison.OrdinalIgnoreCase)
            || text.Contains("<head>", StringComparison.OrdinalIgnoreCase) || text.Contains("<body", StringComparison.OrdinalIgnoreCase);
    }

    private static FailureException NotRecognised(string path, string what, string remedy) =>
        new("FeedNotRecognised", FailureKind.InvalidInput, $"'{path}' {what}.", path, remedy);
}

Console.WriteLine("PatchOps");

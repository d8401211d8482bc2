"""Words."""
import os

# coding: utf-7
import os
